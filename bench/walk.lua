-- SPDX-License-Identifier: MIT
-- Reads all campaigns of an account, as a program does that uses the library:
--
--   lua5.4 bench/walk.lua each|trees COUNT

local kl = require "klaviyo".client { limits = false }
local campaigns, length = 0, 0
for campaign in kl.campaigns[arg[1]](kl.campaigns) do
  campaigns, length = campaigns + 1, length + #campaign.id + #campaign.name
  for _, audience in ipairs(arg[1] == "trees" and campaign.audiences or {}) do
    for _, message in ipairs(audience.messages) do
      length = length + #message.variations[1].id
    end
  end
end
kl:close()
assert(campaigns == tonumber(arg[2]), campaigns)
require "bench.cost"()
