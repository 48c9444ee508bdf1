---@meta klaviyo.sandbox
-- SPDX-License-Identifier: MIT
--- The sandbox: a local server with the Campaigns API, for tests, demos and rehearsals. A rock of its own.
-- Types for language servers and the reference. Never loaded.

---@class klaviyo.sandbox
local module = {}

---Starts a server in a thread of its own. An invalid option raises.
---@param options? klaviyo.sandbox.options
---@return klaviyo.sandbox.server|nil
---@return klaviyo.sandbox.error|nil  kind "listen" (such as a port in use), "storage", "tls" or "memory"
function module.start(options) end

---@class klaviyo.sandbox.effect
---@field at string
---@field by "request"|"late"|"twin"|"crowd"
---@field method string
---@field path string
---@field id? string
---@field status integer

---@class klaviyo.sandbox.request
---@field method string
---@field path string
---@field query? string
---@field headers table<string, string>
---@field body? string
---@field status? integer
---@field revision? string
---@field at string
---@field fault? string

---@class klaviyo.sandbox.image
---@field id? string
---@field name? string
---@field image_url? string
---@field format? string
---@field size? integer
---@field hidden? boolean
---@field variation? string  id

---@class klaviyo.sandbox.list
---@field id string
---@field name? string   default: the id
---@field size? integer
---@field zones? table<string, number>|string[]
---@field consented? number

---@class klaviyo.sandbox.segment : klaviyo.sandbox.list
---@field is_active? boolean   default true
---@field is_starred? boolean  default false

---@class klaviyo.sandbox.template
---@field name string
---@field id? string
---@field editor_type? "CODE"|"HYBRID"|"SYSTEM_DRAGGABLE"|"USER_DRAGGABLE"  default "CODE"
---@field html? string
---@field text? string

---@class klaviyo.sandbox.metric
---@field name string
---@field id? string
---@field integration? string  its name
---@field category? string

---@class klaviyo.sandbox.account
---@field organization? string
---@field sender_name? string
---@field sender_email? string
---@field website? string
---@field timezone? string
---@field currency? string

---@class klaviyo.sandbox.progress
---@field id string
---@field name string
---@field status string
---@field strategy? string
---@field recipients integer
---@field sent integer
---@field skipped integer
---@field unconsented integer
---@field hours { hour: string, planned: integer, sent: integer }[]
---@field first? string  when the first of them was sent
---@field last? string
---@field now string
---@field variations { id: string, name: string, sent: integer, rate: number|nil, winner: boolean|nil }[]
---@field test? { metric: string, recipients: integer, decided: string|nil }

---@class klaviyo.sandbox.translation
---@field variation string  id
---@field id? string
---@field source_locale? string
---@field target_locales? string[]
---@field fallback_locale? string
---@field channel? string
---@field metadata? table<string, klaviyo.json>

---@class klaviyo.sandbox.options
---@field port? integer             default 0: any free port
---@field host? string              address to listen on, default 127.0.0.1
---@field allow_host? string[]     host names that clients may use besides loopback names and `host`, for containers
---@field db? string                database file that survives a restart, default :memory:
---@field dialect? "auto"|"openapi" auto (the default): guide for 2026-04-15.pre, openapi for later revisions
---@field clock? string|number|{ at: string, rate: number }  "running" (default), "frozen", a time to freeze it at, a rate, or { at, rate }
---@field rate_limits? boolean      apply the service's rate limits and respond with 429, default false
---@field rate_scale? number        makes their windows so many times shorter, default 1
---@field strict_lists? boolean     reject lists that were not described with list{}, default false
---@field short_message_ids? boolean  give messages ids of six characters, as some live ones have, default false
---@field revert_margin? number|string  how long before its send time a message can no longer be reverted, default "5m"
---@field request_timeout? number|string  how long a client may take to send a request, default "30s"
---@field keys? string[]            API keys that are accepted; default: any
---@field tls? boolean              serve https with a temporary certificate, see ca_file

---@class klaviyo.sandbox.error
---@field kind string
---@field message string

---@class klaviyo.sandbox.server
---@field url string      its address: the base_url of a client
---@field port integer
---@field ca_file string|nil  with tls: the ca_file of a client
local server = {}

---Advances the clock; messages that are due by then are sent.
---@param duration number|string  seconds, or "90s", "30m", "2h", "1d"
---@return string now
function server:advance(duration) end

---Removes all faults.
function server:clear_faults() end

---Clears the log of requests, and the effects.
function server:clear_requests() end

---Returns every write that was executed, oldest first, whatever its client received: compare a client with it.
---@return klaviyo.sandbox.effect[]  at, by ("request", "late", "twin" or "crowd"), method, path, id, status
function server:effects() end

---Injects a fault into the next matching requests. An invalid description raises.
---@param fault klaviyo.sandbox.fault
function server:fail(fault) end

---@class klaviyo.sandbox.fault
---@field method? string     of matching requests: default any
---@field path? string       of matching requests; * matches any characters, slashes too: default any
---@field after? integer     so many matching requests get a normal response first
---@field times? integer     so many then get the fault; default 1, 0: all
---@field latency? number|string  wait before the request is executed
---@field late? number|string     wait between that and the response
---@field acted? boolean     execute the request, whatever the response says
---@field status? integer    respond with this status
---@field headers? table<string, string>
---@field body? string       respond with this body
---@field html? boolean      respond with an HTML page
---@field garbage? string    respond with this text, which need not be JSON
---@field huge? integer      respond with a body of so many bytes
---@field cut? integer|string  close the connection after so many bytes, "before" or "after" the request is
---                          executed, or in the middle of the "body"
---@field reset? boolean     close it with a TCP reset
---@field wrong_length? integer|boolean  send a wrong Content-Length: this one, or (true) one that is too large
---@field drip? integer      send so many bytes per second
---@field redirect? string   respond with a redirect to this URL
---@field process_after? number|string  execute the request so much later, in real time, whatever the client received:
---                          with status, gateway, body, html or cut
---@field gateway? "html"|"empty"|"text"|"json"  respond like a gateway in front of the service, not in JSON:API; with
---                          status, default 502
---@field broken? "empty"|"cut"|"html"|"null"|"string"|"object"|"list"|"type"|"no_id"|"errors"  a 2xx with an unusable
---                          body, though the request was executed
---@field lag? number|string  a GET does not see resources that are younger, in real time: in lists, related lists,
---                          linkage and included
---@field lag_by_id? number|string  the same for a GET by id
---@field date? false|number|string  no Date header, or one that is ahead: 30, "-30s"
---@field normalise? "trim"|"nfc"|string[]  change the strings of the request before they are stored: remove white space
---                          at the ends, compose letters with combining marks (Latin, Greek, Cyrillic)
---@field twin? "same"|"other"  another client sends the same request at that moment, or one with other content under
---                          the same name (another subject or list; of a schedule another percentage or time; the
---                          other action)
---@field crowd? integer     another client creates so many campaigns at that moment

---Returns the faults that are not used up.
---@return klaviyo.sandbox.fault[]
function server:faults() end

---Adds an image to the library.
---@param image klaviyo.sandbox.image  id; name, image_url, format, size, hidden, variation (id)
---@return string id
function server:image(image) end

---Sets what is read of the account.
---@param account klaviyo.sandbox.account
function server:account(account) end

---Describes a list: its name and size, the time zones of its people, and how many have consented.
---@param list klaviyo.sandbox.list  id; name; size; zones = { zone = weight } or a list of zones; consented: a fraction
---                   (0 to 1) or a number
function server:list(list) end

---Returns the progress of a message. With an A/B test it has `test`: metric, recipients, decided (a time).
---@param id string
---@return klaviyo.sandbox.progress|nil  id, name, status, strategy, recipients, sent, skipped, unconsented, hours, and variations: a list
---                   of id, name, sent, and once an A/B test is decided: rate, winner (a boolean)
---@return klaviyo.sandbox.error|nil  kind "not_found"
function server:message(id) end

---Adds a metric.
---@param metric klaviyo.sandbox.metric  name; id, integration (a name), category
---@return string id
function server:metric(metric) end

---Returns the time of the clock.
---@return string
function server:now() end

---Sets how fast the clock runs.
---@param factor number  1: real time; 0: frozen
function server:rate(factor) end

---Returns the requests received so far, oldest first.
---@return klaviyo.sandbox.request[]  method, path, query, headers, body, status, revision, at, fault
function server:requests() end

---Restores the state of the start: no campaigns, lists, faults or requests. Snapshots stay.
function server:reset() end

---Restores a snapshot. An unknown name raises.
---@param name? string
function server:restore(name) end

---Sets results. Of an A/B test, before it is decided: `message` and `rates`, one number for each variation in their
---order; the highest wins, and of several the first. For reports: one of `campaign`, `message` and `variation` (an id),
---and the rates that recipients reach in the end; those of a variation go before those of its message, and these before
---those of its campaign. What was not set is typical of the channel, and differs a little between variations. A
---variation's rate that its A/B test measures is its result in the test, too.
---@param results { campaign: string?, message: string?, variation: string?, rates: number[]?, bounce_rate: number?, failed_rate: number?, open_rate: number?, click_rate: number?, unsubscribe_rate: number?, spam_complaint_rate: number?, conversion_rate: number?, order_value: number? }  rates are from 0 to 1: bounces and failures of those sent to, the others of those delivered to; order_value: money for each conversion
function server:results(results) end

---Rejects a key or token from now on.
---@param credential string
function server:revoke(credential) end

---Describes a segment, as a list.
---@param segment klaviyo.sandbox.segment  as for a list; and is_active, is_starred
function server:segment(segment) end

---Sets the clock.
---@param time string  ISO 8601
---@return string now
function server:set_clock(time) end

---Adds a campaign as the service shows those that were made before campaigns had several messages: one message, whose
---id has six characters, and empty strings where the documents say null.
---@param campaign { name: string, channel: string|nil, list: string|nil }  name; channel: "email" (the default), "sms" or "mobile_push"; list (id)
---@return { campaign: string, audience: string, message: string, variation: string } ids  campaign, audience, message, variation
function server:single_channel(campaign) end

---Saves a snapshot of the data and the clock.
---@param name? string
function server:snapshot(name) end

---Stops the server. Calling it again does nothing.
function server:stop() end

---Creates a tag and attaches it to a campaign or a message.
---@param tag { name: string, id: string|nil, campaign: string|nil, message: string|nil }  name; id, campaign (id),
---                   message (id)
---@return string id
function server:tag(tag) end

---Adds a template.
---@param template klaviyo.sandbox.template  name; id, editor_type, html, text
---@return string id
function server:template(template) end

---Sets the UTM parameters of a message, or those of the whole account.
---@param settings { params: klaviyo.tracking_param[], message: string|nil }  params = { { name, value, type }, ... }; message (id)
function server:tracking_params(settings) end

---Adds a translation to a variation.
---@param translation klaviyo.sandbox.translation  variation (id); id, source_locale, target_locales, fallback_locale,
---                   channel, metadata
---@return string id
function server:translation(translation) end

return module
