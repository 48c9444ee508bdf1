-- SPDX-License-Identifier: MIT
--- What goes wrong with the request that makes an operation happen, for matrix.lua.
--
--   class       the row in which it is counted
--   fault       for sandbox:fail
--   first       a fault of the attempt before, which the client may repeat
--   lookups     a fault of the first GETs after it (times of them; 0: all)
--   processed   whether the service carries it out: false, true, or after so many seconds
--   proof       what the service has given proof of: "none", "happened" or nothing (nil)
--   unfindable  why what was made cannot be known again (nil: it can)
--   hangs       no attempt ends before its time-out
--   token       the client has a function that gives tokens, so that it may repeat after a 401

local faults = {}

local function add(class, name, fault, rest)
  local row = { class = class, name = name, fault = fault, processed = false }
  for key, value in pairs(rest or {}) do
    row[key] = value
  end
  faults[#faults + 1] = row
end

local LATE = { 0.3, 1, 3, 12 }
local STATUSES = { 400, 401, 403, 404, 408, 409, 425, 429, 499, 500, 502, 503, 504, 520, 522, 524, 599 }
local GATEWAYS = { "html", "empty", "json", "text" }

add("cut before", "cut before it is processed", { cut = "before" })
add("cut before", "reset before it is processed", { cut = "before", reset = true })
add("cut after", "cut after it is processed", { cut = "after" }, { processed = true })
add("cut after", "reset after it is processed", { cut = "after", reset = true }, { processed = true })
add("cut in the head", "cut within the status line", { cut = 9 }, { processed = true })
add("cut in the head", "cut behind the status line", { cut = 60 }, { processed = true, proof = "happened" })
add("cut in the body", "cut within the body", { cut = "body" }, { processed = true, proof = "happened" })
add("hang", "hangs and is never processed", { cut = "before", late = 120 }, { hangs = true })
add("hang", "is processed and hangs", { late = 120 }, { processed = true, hangs = true })
for _, seconds in ipairs(LATE) do
  add("late, cut", ("cut, processed after %.1f s"):format(seconds), { cut = "before", process_after = seconds },
    { processed = seconds })
  add("late, hang", ("hangs, processed after %.1f s"):format(seconds),
    { cut = "before", late = 120, process_after = seconds }, { processed = seconds, hangs = true })
  for i, status in ipairs { 408, 500, 502, 503, 504 } do
    add("late, status", ("%d, processed after %.1f s"):format(status, seconds),
      { status = status, gateway = GATEWAYS[i % 4 + 1], process_after = seconds }, { processed = seconds })
  end
end
for i, status in ipairs(STATUSES) do
  if status < 500 then
    add("4xx of the service", ("%d in JSON:API, not processed"):format(status), { status = status }, { proof = "none" })
  end
  local class = status < 500 and "4xx of a gateway" or "5xx"
  add(class, ("%d of a gateway, not processed"):format(status), { status = status, gateway = GATEWAYS[i % 4 + 1] })
  add(class, ("%d of a gateway, processed"):format(status),
    { status = status, gateway = GATEWAYS[(i + 1) % 4 + 1], acted = true }, { processed = true })
end
for _, status in ipairs { 500, 503 } do
  add("5xx", status .. " in JSON:API, not processed", { status = status })
  add("5xx", status .. " in JSON:API, processed", { status = status, acted = true }, { processed = true })
end
for _, status in ipairs { 301, 307 } do
  add("3xx", status .. ", not processed", { status = status, redirect = "http://127.0.0.1:1/elsewhere" })
  add("3xx", status .. ", processed", { status = status, redirect = "http://127.0.0.1:1/elsewhere", acted = true },
    { processed = true })
end

-- What may be repeated is, and then it goes wrong.
local THROTTLED = { status = 429, headers = { ["Retry-After"] = "0" } }
add("429 first", "429, then cut before it is processed", { cut = "before" }, { first = THROTTLED })
add("429 first", "429, then cut after it is processed", { cut = "after" }, { first = THROTTLED, processed = true })
add("429 first", "429, then 503, processed after 1.0 s", { status = 503, gateway = "html", process_after = 1 },
  { first = THROTTLED, processed = 1 })
add("429 first", "429, then 403 in JSON:API, not processed", { status = 403 }, { first = THROTTLED, proof = "none" })

add("401 first", "401, then cut before it is processed", { cut = "before" }, { first = { status = 401 }, token = true })
add("401 first", "401, then cut after it is processed", { cut = "after" },
  { first = { status = 401 }, token = true, processed = true })
add("401 first", "401, then 401", { status = 401 }, { first = { status = 401 }, token = true, proof = "none" })

local BROKEN = { "empty", "cut", "html", "null", "string", "object", "list", "type", "no_id", "errors" }
for _, word in ipairs(BROKEN) do
  add("2xx with a broken body", "2xx, the body is broken: " .. word, { broken = word },
    { processed = true, proof = "happened" })
end
for i, word in ipairs(BROKEN) do
  add("lookups are broken", "cut after, every lookup is broken: " .. word, { cut = "after" },
    { processed = true, lookups = { broken = word, times = 0 }, unfindable = "lookups" })
  if i % 2 == 0 then
    add("lookups are broken", "cut after, two lookups are broken: " .. word, { cut = "after" },
      { processed = true, lookups = { broken = word, times = 2 } })
    add("lookups are broken", "cut before, every lookup is broken: " .. word, { cut = "before" },
      { lookups = { broken = word, times = 0 } })
  end
end
add("lookups are broken", "cut after, every lookup is a 503", { cut = "after" },
  { processed = true, lookups = { gateway = "html", status = 503, times = 0 }, unfindable = "lookups" })
add("lookups are broken", "cut after, every lookup is a 404 of a gateway", { cut = "after" },
  { processed = true, lookups = { gateway = "html", status = 404, times = 0 }, unfindable = "lookups" })

add("texts are normalised", "cut after, texts are trimmed", { cut = "after", normalise = "trim" }, { processed = true })
add("texts are normalised", "cut after, texts are composed", { cut = "after", normalise = "nfc" },
  { processed = true, unfindable = "the name was changed" })

return faults
