-- The day itself in the United States: every list at 9 in the morning in New York, emails over four hours.
local brand = include "brand.lua"

local friday = campaign "Black Friday: United States"
  :timezone "America/New_York"
  :send { at = "2027-11-26T09:00" }
friday:audience("Newsletter", { included = { list "Newsletter US" } })
  :email { name = "Black Friday", subject = "Black Friday starts now", preview_text = brand.teaser,
           send = { at = "2027-11-26T09:00", strategy = "throttled", percentage = 25 } }
  :email { name = "Last hours", subject = "Only until midnight", preview_text = brand.teaser,
           send = { at = "2027-11-26T19:00" } }
friday:audience("Phones", { included = { list "Phones US" } })
  :sms { name = "Black Friday text", body = brand.teaser .. "." .. brand.opt_out }
  :push { name = "Black Friday push", title = "Black Friday", body = brand.teaser,
          send = { at = "2027-11-26T12:00" } }
return friday
