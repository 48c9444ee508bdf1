-- The day itself in Europe: at 9 in the morning in Berlin.
local brand = include "brand.lua"

local friday = campaign "Black Friday: Europe"
  :timezone "Europe/Berlin"
  :send { at = "2027-11-26T09:00" }
friday:audience("Newsletter", { included = { list "Newsletter EU" } })
  :email { name = "Black Friday", subject = "Black Friday beginnt", preview_text = brand.teaser }
  :email { name = "Last hours", subject = "Nur noch heute", preview_text = brand.teaser,
           send = { at = "2027-11-26T19:00" } }
friday:audience("Phones", { included = { list "Phones EU" } })
  :whatsapp { name = "Black Friday WhatsApp", template_id = "WHATSAPP_FRIDAY", send = { at = "2027-11-26T10:00" } }
  :push { name = "Black Friday push", title = "Black Friday", body = brand.teaser,
          send = { at = "2027-11-26T12:00" } }
return friday
