-- SPDX-License-Identifier: MIT
---The classes of the reference: name, source, name of the table that holds the methods there, and, where it is not
---the source's own, what to say of it.
return {
  { "klaviyo", "init", "klaviyo" },
  { "klaviyo.client", "client", "client" },
  { "klaviyo.collection", "collection", "collection", "kl.campaigns, kl.audiences, kl.messages, kl.variations." },
  { "klaviyo.campaigns", "collection", "campaigns", "What kl.campaigns has besides the verbs of all collections." },
  { "klaviyo.page", "calls/pages", "page", "One page of a list." },
  { "klaviyo.resource", "base", "methods", "The methods of all objects." },
  { "klaviyo.campaign", "campaign", "methods" },
  { "klaviyo.audience", "audience", "methods" },
  { "klaviyo.message", "message", "methods" },
  { "klaviyo.variation", "variation", "methods" },
  { "klaviyo.campaign_builder", "builder", "campaign_methods", "What klaviyo.campaign starts." },
  { "klaviyo.audience_builder", "builder", "audience_methods", "What audience() of a builder gives." },
  { "klaviyo.filters", "model/filter", "filter" },
  { "klaviyo.error", "model/error", "klaviyo_error" },
  { "klaviyo.oauth", "oauth", "oauth" },
  { "klaviyo.sandbox", "meta/sandbox", "module", "The Campaigns API as a local server. A rock of its own." },
  { "klaviyo.sandbox.server", "meta/sandbox", "server", "A sandbox that runs." },
  { "klaviyo.core", "meta/core", "core", "The C core: HTTP, credentials, retries, limits, pages, documents." },
  { "klaviyo.core.client", "meta/core", "client", "A client of the core, as loops drive it." },
  { "klaviyo.core.request", "meta/core", "request", "A request of the core." },
  { "klaviyo.core.pages", "meta/core", "pages", "A walk over pages." },
  { "klaviyo.core.document", "meta/core", "document", "A JSON text with its index." },
  { "klaviyo.core.watch", "meta/core", "watch", "Wakes a host that has no pollers of its own when a socket is ready." },
}
