-- SPDX-License-Identifier: MIT
--- The faults, each a row of the table. What they hit first is the request that makes the operation happen.
--
--   faults       for cases.run; or with `sweep`, a function of the byte where the answer is cut
--   fresh        on a connection of its own; otherwise on one that is kept alive
--   timeout      of the call, seconds
--   afterwards   seconds until whatever the client gave up on has happened
--   client       options of the client
--   knows        the client must find out what happened: "unknown" is no answer if it did
--   proof        nor is it if it did not
--   step         of a sweep: every so many bytes

local function cut(more)
  return function(at)
    local fault = { cut = at }
    for name, value in pairs(more or {}) do
      fault[name] = value
    end
    return { fault }
  end
end

local rows = {
  { name = "cut at each byte, kept connection", sweep = cut(), knows = true },
  { name = "cut at each byte, fresh connection", sweep = cut(), fresh = true, knows = true },
  { name = "reset at each byte", sweep = cut { reset = true }, knows = true },
  { name = "cut twice at each byte", sweep = cut { times = 2 }, knows = true },
  { name = "503 though it acted, cut at each byte", sweep = cut { status = 503, acted = true },
    knows = true },
  { name = "503 and nothing happened, cut at bytes", sweep = cut { status = 503, acted = false }, step = 7 },
  { name = "cut before the effect, kept", faults = { { cut = "before" } } },
  { name = "cut before the effect, fresh", faults = { { cut = "before" } }, fresh = true },
  { name = "reset before the effect", faults = { { cut = "before", reset = true } } },
  { name = "cut after the effect, kept", faults = { { cut = "after" } }, knows = true },
  { name = "cut after the effect, fresh", faults = { { cut = "after" } }, fresh = true, knows = true },
  { name = "cut before the effect, each time", faults = { { cut = "before", times = 0 } } },
  { name = "cut after the effect, each time", faults = { { cut = "after", times = 0 } }, knows = true },
  { name = "cut before, then after the effect", faults = { { cut = "before" }, { cut = "after" } } },
  { name = "cut; the lookup is cut too, once", faults = { { cut = "after" },
    { method = "GET", path = "any", cut = 40 } }, knows = true },
  { name = "cut; nobody answers the lookups", faults = { { cut = "after" },
    { method = "GET", path = "any", status = 500, acted = false, times = 0 } } },
  { name = "late answer", faults = { { late = 3 } }, timeout = 0.9, knows = true },
  { name = "late effect", faults = { { latency = 1.2 } }, timeout = 0.5, afterwards = 1.2 },
  { name = "late effect that the lookup waits for", faults = { { latency = 1.0 } }, timeout = 2.5,
    client = { attempt_timeout = 0.3 }, afterwards = 1.0 },
  { name = "answer drips", faults = { { drip = 50 } }, timeout = 0.8, knows = true },
  { name = "answer is HTML, it acted", faults = { { html = true, status = 502, acted = true } }, knows = true },
  { name = "answer is HTML, nothing happened", faults = { { html = true, status = 502 } } },
  { name = "200 with HTML, it acted", faults = { { html = true, status = 200, acted = true } }, posts = true,
    knows = true },
  { name = "200 with garbage, it acted", faults = { { garbage = '{"data":', acted = true } }, posts = true,
    knows = true },
  { name = "201 without a body, it acted", faults = { { status = 201, body = "", acted = true } }, posts = true,
    knows = true },
  { name = "the length is a lie", faults = { { wrong_length = true, acted = true } }, knows = true },
  { name = "the answer is huge", faults = { { huge = 3000000, acted = true } }, client = { max_body = 100000 },
    posts = true, knows = true },
  { name = "a redirect elsewhere", faults = { { redirect = "http://127.0.0.1:1/x" } }, posts = true },
}

for _, status in ipairs { 500, 502, 503, 504, 524 } do
  for _, acted in ipairs { true, false } do
    rows[#rows + 1] = { name = ("%d, %s"):format(status, acted and "though it acted" or "nothing happened"),
      faults = { { status = status, acted = acted } }, knows = true }
  end
end
for _, status in ipairs { 400, 401, 403, 404, 409, 422 } do
  rows[#rows + 1] = { name = status .. ", a rejection", faults = { { status = status } }, proof = true }
end
rows[#rows + 1] = { name = "429 twice", knows = true, proof = true, faults = {
  { status = 429, headers = { ["Retry-After"] = "0" }, times = 2 } } }
rows[#rows + 1] = { name = "429 beyond the deadline", proof = true, timeout = 0.5, faults = {
  { status = 429, headers = { ["Retry-After"] = "60" } } } }

return rows
