-- SPDX-License-Identifier: MIT
--- The pages of the reference, in the order of its navigation.
--
-- A page has a name (of its file, and of its example in doc/examples/) and a title. It is made of classes: their name,
-- source, the name of the table that holds the methods there, how a value of the class is written in code, and, where
-- it is not the source's own, a summary. Or it is made of `text`, a Markdown file of the tree; or of a function of
-- doc/pages.lua, whose name is `made`.

-- Where functions and methods stand in one table, `object` is how the value of a method is written.
local function class(name, source, owner, value, summary, object)
  return { name = name, source = "lua/klaviyo/" .. source .. ".lua", owner = owner, value = value, summary = summary,
    object = object or value }
end

-- A class of klaviyo.core.
local function internal(name, title, class_name, owner, summary)
  return { name, title, class(class_name, "meta/core", owner, owner, summary) }
end

return {
  {
    title = "First steps",
    { "client", "Client", class("klaviyo", "init", "klaviyo", "klaviyo"),
      class("klaviyo.client", "client", "client", "kl", "An account of the service, and the collections in it.") },
    { "builder", "Campaign builder",
      class("klaviyo.campaign_builder", "builder", "campaign_methods", "sale",
        "A new campaign, started with `klaviyo.campaign(name)`. Its methods return the builder, so that calls chain."),
      class("klaviyo.audience_builder", "builder", "audience_methods", "audience",
        "One audience of a new campaign, started with `sale:audience(name, lists)`. Each channel adds a message.") },
    { "campaign", "Campaign", class("klaviyo.campaign", "campaign", "methods", "campaign") },
    { "message", "Message", class("klaviyo.message", "message", "methods", "message") },
    { "errors", "Errors", class("klaviyo.error", "model/error", "klaviyo_error", "klaviyo.error", nil, "err"),
      made = "errors" },
    { "testing", "Testing", class("klaviyo.sandbox", "meta/sandbox", "module", "sandbox",
        "The Campaigns API as a local server: `require \"klaviyo.sandbox\"`, from the rock lua-klaviyo-sandbox."),
      class("klaviyo.sandbox.server", "meta/sandbox", "server", "server", "A running sandbox.") },
  },
  {
    title = "Objects and lists",
    { "audience", "Audience", class("klaviyo.audience", "audience", "methods", "audience") },
    { "variation", "Variation", class("klaviyo.variation", "variation", "methods", "variation") },
    { "object", "All objects",
      class("klaviyo.resource", "base", "methods", "object",
        "The methods that campaigns, audiences, messages and variations share."),
      class("klaviyo.object", "objects/object", nil, "object", "The fields that every object has.") },
    { "collections", "Collections",
      class("klaviyo.collection", "collection", "collection", "kl.messages",
        "`kl.campaigns`, `kl.audiences`, `kl.messages` and `kl.variations`: the same verbs for each."),
      class("klaviyo.campaigns", "collection", "campaigns", "kl.campaigns", "Further verbs of `kl.campaigns`."),
      class("klaviyo.named", "collection", "named", "kl.lists",
        "`kl.lists`, `kl.segments`, `kl.templates`, `kl.tags` and `kl.metrics`: what campaigns refer to, by name. "
        .. "`list`, `each` and `get` are those of every collection. A client of a .pre revision asks them with the "
        .. "stable revision 2026-07-15."),
      class("klaviyo.tags", "collection", "tags", "kl.tags", "Further verbs of `kl.tags`."),
      class("klaviyo.tag", "tag", "methods", "tag", "A tag."),
      class("klaviyo.page", "calls/pages", "page", "page", "One page of a list.") },
    { "results", "Results",
      class("klaviyo.report", "calls/results", nil, "report",
        "Results of campaigns, as campaign:results, message:results, kl:results and klaviyo.results give them: a list "
        .. "of rows, and what they are about."),
      class("klaviyo.result", "model/report", nil, "row"),
      class("klaviyo.statistics", "model/report", nil, "row", "The numbers of a row.") },
    { "filters", "Filters", class("klaviyo.filters", "model/filter", "filter", "klaviyo.filter") },
    { "time", "Times", class("klaviyo.time", "model/time", "time", "klaviyo.time",
      "ISO 8601 times, epoch seconds, and local times of a zone: pure functions, which never wait.") },
    { "events", "Events", made = "events" },
    { "oauth", "OAuth", class("klaviyo.oauth", "oauth", "oauth", "klaviyo.oauth") },
  },
  {
    title = "Tables",
    { "options", "Options of a client", made = "options" },
    { "fields", "Fields", made = "fields" },
    { "operations", "Operations and limits", made = "operations" },
  },
  {
    title = "Guides",
    { "command", "The klaviyo command", text = "doc/command.md", made = "commands" },
    { "files", "Campaign files", text = "doc/files.md" },
    { "sandbox", "The sandbox", text = "doc/sandbox.md", made = "sandbox" },
    { "embedding", "Inside another program", text = "doc/embedding.md" },
    { "neovim", "Campaigns in Neovim", text = "doc/neovim.md" },
    { "performance", "Performance", text = "doc/performance.md" },
    { "security", "Security", text = "SECURITY.md" },
    { "fleet", "Many machines", text = "doc/fleet.md", class("klaviyo.budget", "limits", "limits", "kl.limits",
        "The use of a budget that machines share, by operation and machine."),
      class("klaviyo.lease", "fleet/lease", "lease", "lease", "What `klaviyo.lease` returns.") },
    { "architecture", "Architecture", text = "doc/architecture.md" },
    { "contributing", "Contributing", text = "CONTRIBUTING.md" },
    { "changelog", "Changelog", text = "CHANGELOG.md" },
  },
  {
    title = "Internals",
    internal("core", "klaviyo.core", "klaviyo.core", "core",
      "The C core: HTTP, credentials, retries, rate limits, pages, JSON documents. Loops drive it."),
    internal("core_client", "klaviyo.core.client", "klaviyo.core.client", "client",
      "A client of the core, as the loops drive it."),
    internal("core_request", "klaviyo.core.request", "klaviyo.core.request", "request",
      "One request with all its attempts: a state machine."),
    internal("core_pages", "klaviyo.core.pages", "klaviyo.core.pages", "pages",
      "Pagination: follows `links.next`, and can have the next page in flight."),
    internal("core_document", "klaviyo.core.document", "klaviyo.core.document", "document",
      "A JSON text, checked and indexed once."),
    internal("core_watch", "klaviyo.core.watch", "klaviyo.core.watch", "watch",
      "Wakes a host that has no pollers of its own when a socket is ready."),
    internal("core_relay", "klaviyo.core.relay", "klaviyo.core.relay", "relay",
      "A descriptor that libuv watches in the place of a socket."),
    { "terminal", "klaviyo.terminal", class("klaviyo.terminal", "meta/terminal", "terminal", "terminal",
      "Terminals and signals, for the klaviyo command alone.") },
  },
}
