-- Texts that all campaigns of this folder use: include "brand.lua" gives them to a file.
return {
  opt_out = " Reply STOP to opt out.",
  teaser = "Up to " .. vars.discount .. " off everything",
}
