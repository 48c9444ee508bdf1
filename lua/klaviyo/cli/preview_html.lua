-- SPDX-License-Identifier: MIT
--- Previews as self-contained HTML pages: each variation as on a desktop and on a phone. The HTML of templates is in
--- sandboxed frames, where no script runs. By a policy that the frames inherit nothing is loaded, unless images are
--- asked for: opening a page tells nobody.

local html = require "klaviyo.cli.html"
local text = require "klaviyo.cli.terminal.text"

local preview_html = {}

local escape, escape_lines = html.escape, html.escape_lines

---Stands in the first lines of every page: a file without it was not written by this command, and is not replaced.
preview_html.MARK = '<meta name="generator" content="klaviyo preview">'

local HEAD_SIZE = 512 -- bytes that the mark is within

---Whether the first bytes of a file are those of a page that this command wrote.
---@param file file*  at its beginning
---@return boolean
function preview_html.is_page(file)
  return (file:read(HEAD_SIZE) or ""):find(preview_html.MARK, 1, true) ~= nil
end

-- %s: more places that images may come from
local HEAD = "\n" .. preview_html.MARK .. [[

<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:%s">
<meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off">]]

local STYLE = [[
header { margin-bottom: 1.5rem; } header p { margin: 0; color: var(--faint); }
a { color: var(--accent); }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; }
nav a { display: block; padding: .2rem .7rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--card); text-decoration: none; font-size: .85rem; overflow-wrap: anywhere; }
article { border-top: 1px solid var(--line); padding: 1.5rem 0 2rem; }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; } h2 small { font-weight: 400; color: var(--faint); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: .75rem 0 1rem;
  font-size: .875rem; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.odd { color: var(--odd); } .bad { color: var(--bad); }
code { font: .8125rem/1.4 ui-monospace, monospace; background: var(--card); border: 1px solid var(--line);
  border-radius: 4px; padding: 0 .3rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.devices { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
figure { margin: 0; min-width: 0; } figcaption { font-size: .75rem; color: var(--faint); margin: .5rem .25rem 0; }
.desktop { flex: 1 1 32rem; }
.window, .phone { background: var(--card); border: 1px solid var(--line); overflow: hidden; }
.window { border-radius: 10px; }
.bar { padding: .6rem .9rem; border-bottom: 1px solid var(--line); }
.bar b { display: block; overflow-wrap: anywhere; } .bar span { color: var(--faint); font-size: .8125rem;
  overflow-wrap: anywhere; }
.phone { width: 23.5rem; max-width: 100%; border-width: 8px; border-radius: 28px; }
iframe { display: block; width: 100%; height: 40rem; border: 0; background: #fff; color-scheme: light; }
.phone iframe { height: 36rem; }
.thread { min-height: 13rem; padding: 1rem; display: flex; flex-direction: column; gap: .75rem; }
.bubble, .notice { border-radius: 16px; padding: .6rem .9rem; overflow-wrap: anywhere; white-space: pre-wrap;
  background: var(--ground); border: 1px solid var(--line); }
.bubble { max-width: 85%; align-self: flex-start; border-bottom-left-radius: 4px; }
.notice b { display: block; } .notice.wide { max-width: 24rem; margin-left: auto; }
.hint { color: var(--faint); align-self: center; margin: auto; text-align: center; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .8125rem/1.5 ui-monospace, monospace; margin: 0;
  padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
details { margin-top: 1rem; } summary { cursor: pointer; font-size: .875rem; color: var(--faint);
  margin-bottom: .5rem; }
/* narrow: a desktop at half its size */
@media (max-width: 46rem) { body { padding: 1rem; } .desktop { flex-basis: 100%; }
  .window iframe { zoom: .5; height: 60rem; }
  dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .35rem; } }
]]

local function row(rows, label, value, class)
  if value and value ~= "" then
    rows[#rows + 1] = ("<dt>%s</dt><dd%s>%s</dd>"):format(label, class and (' class="%s"'):format(class) or "", value)
  end
end

-- A frame with the HTML of a template: an empty sandbox lets no script, form, popup or navigation of the page happen.
local function frame(source, title)
  return ('<iframe sandbox="" referrerpolicy="no-referrer" title="%s" srcdoc="%s"></iframe>'):format(
    escape(title), escape_lines(source))
end

local DEVICES = [[<div class="devices">
<figure class="desktop"><div class="window">%s</div><figcaption>desktop</figcaption></figure>
<figure><div class="phone">%s</div><figcaption>phone</figcaption></figure></div>]]

local function figures(desktop, phone)
  return DEVICES:format(desktop, phone)
end

local BAR = '<div class="bar"><b>%s</b><span>%s</span></div>'

local CHANNELS = {}

local function template_of(item)
  local template = item.variation.template
  if template and template.html then
    return frame(template.html, item.title), frame(template.html, item.title .. ", phone")
  end
  local why = not template and "There is no template." or template.err and tostring(template.err)
    or "The service rendered no HTML."
  local hint = ('<div class="thread"><p class="hint">%s</p></div>'):format(escape(why))
  return hint, hint
end

function CHANNELS.email(item)
  local desktop, phone = template_of(item)
  local bar = BAR:format(escape(item.words.subject or "(no subject)"), escape(table.concat({ item.words.from or
    "(no sender)", item.words.preview_text }, " \226\128\148 ")))
  local made = figures(bar .. desktop, bar .. phone)
  local plain = item.variation.template and item.variation.template.text
  return made .. (plain and ("<details><summary>As plain text</summary><pre>%s</pre></details>"):format(
    escape_lines(plain)) or "")
end

local function text_message(body, hint)
  local inside = body and ('<div class="bubble">%s</div>'):format(escape_lines(body))
    or ('<p class="hint">%s</p>'):format(escape(hint))
  local thread = ('<div class="thread">%s</div>'):format(inside)
  return figures(BAR:format("Messages", "as on a computer") .. thread, thread)
end

function CHANNELS.sms(item)
  return text_message(item.words.body, "There is no text.")
end

function CHANNELS.whatsapp(item)
  local template = item.words.template
  return text_message(nil, template and ("WhatsApp template %s, which the service renders when it sends."):format(
    template) or "There is no template.")
end

function CHANNELS.push(item)
  local notice = ('<b>%s</b>%s'):format(escape(item.words.title or ""), escape_lines(item.words.body or ""))
  return figures(('<div class="thread"><div class="notice wide">%s</div></div>'):format(notice),
    ('<div class="thread"><div class="notice">%s</div></div>'):format(notice))
end

local function tags(findings, name)
  local list = {}
  for i, finding in ipairs(findings) do
    list[i] = ("<code>%s</code> in %s"):format(escape(finding[name]), escape(finding.path))
  end
  return table.concat(list, "; ")
end

local LABELS = { { "subject", "Subject" }, { "preview_text", "Preview text" }, { "from", "From" },
  { "reply_to", "Replies to" }, { "template", "Template" }, { "parts", "Parts" }, { "opt_out", "Opt-out" } }

local function article(item)
  local rows = {}
  for _, label in ipairs(LABELS) do
    row(rows, label[2], item.words[label[1]] and escape(item.words[label[1]]))
  end
  row(rows, "Not rendered", tags(item.variation.unrendered, "tag"), "odd")
  row(rows, "No value for", tags(item.variation.missing, "name"), "odd")
  row(rows, "Failed", item.variation.template and item.variation.template.err
    and escape(tostring(item.variation.template.err)), "bad")
  local draw = CHANNELS[item.channel]
  return ('<article id="%s"><h2>%s <small>%s</small></h2><dl>%s</dl>%s</article>'):format(escape(item.slug),
    escape(item.title), escape(item.channel or "no channel"), table.concat(rows),
    draw and draw(item) or '<p class="hint">There is no content.</p>')
end

-- What the head of a page and the line below its title say of images.
local function images_of(items, images)
  local some = false
  for _, item in ipairs(items) do
    local template = item.variation.template
    local source = template and template.html and template.html:lower() or ""
    some = some or source:find "<img[^>]*https?:" ~= nil or source:find "url%(%s*['\"]?https?:" ~= nil
  end
  return HEAD:format(images and " https: http:" or ""),
    some and not images and "<br>Images are not loaded: <code>--images</code> loads them when the page is opened." or ""
end

local function header(title, line)
  return ("<header><h1>%s</h1><p>%s</p>"):format(escape(title), line)
end

---The page of one variation.
---@param item klaviyo.cli.preview_item
---@param campaign string  its name
---@param images? boolean  load those of templates when the page is opened, which tells where they come from
---@return string
function preview_html.variation(item, campaign, images)
  local head, note = images_of({ item }, images)
  return html.page { title = ("%s: %s"):format(campaign, item.title), style = STYLE, head = head,
    body = header(campaign, '<a href="index.html">all of it</a>' .. note) .. "</header>" .. article(item) }
end

---The page with all variations.
---@param items klaviyo.cli.preview_item[]
---@param campaign string  its name
---@param context string   what it was filled in with, in words
---@param images? boolean  as above
---@return string
function preview_html.index(items, campaign, context, images)
  local head, note = images_of(items, images)
  local out = { header(campaign, ("%s, filled in with %s"):format(text.count(#items, "variation"), escape(context))
    .. note), "<nav><ul>" }
  for _, item in ipairs(items) do
    out[#out + 1] = ('<li><a href="%s">%s, %s</a></li>'):format(escape(item.file), escape(item.channel or "?"),
      escape(item.title))
  end
  out[#out + 1] = "</ul></nav></header>"
  for _, item in ipairs(items) do
    out[#out + 1] = article(item)
  end
  return html.page { title = campaign .. ": preview", style = STYLE, head = head, body = table.concat(out, "\n") }
end

return preview_html
