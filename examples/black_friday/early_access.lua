-- The evening before, for those who buy most: in New York.
local brand = include "brand.lua"

local early = campaign "Black Friday: early access"
  :timezone "America/New_York"
  :send { at = "2027-11-25T18:00" }
early:audience("VIP", { included = { list "VIP customers" } })
  :email { name = "Early access", subject = "You are in first", preview_text = brand.teaser }
  :sms { name = "Early access text", body = "Your early access is open." .. brand.opt_out,
         send = { at = "2027-11-25T18:30" } }
  :push { name = "Early access push", title = "You are in first", body = brand.teaser }
return early
