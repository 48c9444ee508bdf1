-- SPDX-License-Identifier: MIT
--- Whether a page fits: opens it in a headless browser at a width, and lists what is cut off or leaves its card.

local process = require "spec.support.process"

local layout = {}

---The headless browser that KLAVIYO_BROWSER names, or the first of the usual ones; nil if there is none.
---@return string|nil
function layout.browser()
  return process.find(os.getenv "KLAVIYO_BROWSER" or "chromium-headless-shell", "chromium", "chromium-browser",
    "google-chrome")
end

local function run(url, options)
  return (process.run(("%s --headless --no-sandbox --disable-gpu --hide-scrollbars %s --virtual-time-budget=3000 "
    .. "--dump-dom %s 2>/dev/null"):format(process.quote(layout.browser()), options or "", process.quote(url))))
end

---The document of a page once its scripts have run.
---@param url string
---@return string
function layout.document(url)
  return run(url)
end

-- Runs in the page, which is in a frame of the width that is asked for: a window has a least width of its own.
local MEASURE = [[<script>
addEventListener('load', () => {
  const bad = [];
  const name = e => e.tagName.toLowerCase() + (e.className ? '.' + e.className : '') + ' ' + e.textContent.slice(0, 30);
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!box.width || style.visibility === 'hidden') continue;
    if (box.right > innerWidth + 1 || box.left < -1) bad.push('leaves the window: ' + name(e));
    const card = e.parentElement.closest(CARDS);
    if (card && box.right > card.getBoundingClientRect().right + 1) bad.push('leaves its card: ' + name(e));
    if (style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) bad.push('is cut off: ' + name(e));
  }
  parent.postMessage(innerWidth + '|' + bad.join('|'), '*');
});
</script>]]

---What does not fit.
---@param document string  HTML without scripts of its own
---@param width integer
---@param cards string     a CSS selector of what must hold its content
---@param scheme? string   "dark"
---@return string[]
function layout.problems(document, width, cards, scheme)
  local directory = process.directory()
  local page = document:gsub("<script.-</script>", ""):gsub("<meta http%-equiv=.->", "")
  local measure = MEASURE:gsub("CARDS", function()
    return ("%q"):format(cards)
  end)
  process.write(directory .. "/page.html", page .. measure)
  process.write(directory .. "/frame.html", ([[<!doctype html><pre id=out></pre><iframe src="page.html"
    style="width: %dpx; height: 3000px; border: 0"></iframe><script>
    addEventListener('message', event => document.getElementById('out').textContent = 'measured ' + event.data);
    </script>]]):format(width))
  local dom = run("file://" .. directory .. "/frame.html", scheme == "dark"
    and "--blink-settings=preferredColorScheme=0" or "--blink-settings=preferredColorScheme=1")
  process.remove(directory)
  local measured, list = dom:match "measured (%d+)|", {}
  assert(tonumber(measured) == width, "the page was not measured at " .. width .. ": " .. dom:sub(1, 300))
  for problem in dom:match "measured %d+|(.-)</pre>":gmatch "[^|]+" do
    list[#list + 1] = problem
  end
  return list
end

return layout
