---@meta klaviyo.sandbox
-- SPDX-License-Identifier: MIT
--- The sandbox: the Campaigns API as a local server, for tests, demos and rehearsals. A rock of its own.
-- What language servers and the reference see of it. Never loaded.

---@class klaviyo.sandbox
local module = {}

---Starts a server in a thread of its own. A wrong option raises.
---@param options? klaviyo.sandbox.options
---@return klaviyo.sandbox.server|nil
---@return klaviyo.sandbox.error|nil  kind "listen" (the port is taken, say), "storage", "tls" or "memory"
function module.start(options) end

---@class klaviyo.sandbox.options
---@field port? integer             default 0: one that is free
---@field host? string              address to listen on, default 127.0.0.1
---@field db? string                file that a restart finds again, default :memory:
---@field dialect? "auto"|"openapi" auto (the default): guide for 2026-04-15.pre, openapi for later revisions
---@field clock? string|number|table  "running" (default), "frozen", a time to be frozen at, a factor, or { at, rate }
---@field rate_limits? boolean      keep the service's limits and answer 429, default false
---@field rate_scale? number        how many times shorter their windows are, default 1
---@field strict_lists? boolean     refuse lists that were not described with list{}, default false
---@field revert_margin? number|string  how long before its time a message can no longer be reverted, default "5m"
---@field request_timeout? number|string  how long a request may take to come in, default "30s"
---@field keys? string[]            keys that are taken; default: any that looks like one
---@field tls? boolean              serve https with a certificate of its own, see ca_file

---@class klaviyo.sandbox.error
---@field kind string
---@field message string

---@class klaviyo.sandbox.server
---@field url string      where it listens: goes into base_url
---@field port integer
---@field ca_file string|nil  with tls: goes into the client's ca_file
local server = {}

---Moves the clock on; what is due by then is sent.
---@param duration number|string  seconds, or "90s", "30m", "2h", "1d"
---@return string now
function server:advance(duration) end

---Forgets the faults that are still to come.
function server:clear_faults() end

---Forgets the requests seen so far, and the effects.
function server:clear_requests() end

---Every write that was carried out, in order, whatever its client was given: what a client can be held against.
---@return table[]  at, by ("request", "late", "twin" or "crowd"), method, path, id, status
function server:effects() end

---Lets requests to come go wrong. A wrong description raises.
---@param fault klaviyo.sandbox.fault
function server:fail(fault) end

---@class klaviyo.sandbox.fault
---@field method? string     which requests: default any
---@field path? string       which requests; * stands for anything within a segment
---@field after? integer     let so many pass first
---@field times? integer     hit so many; default 1, 0: every one
---@field latency? number|string  wait before it is carried out
---@field late? number|string     wait between that and the answer
---@field acted? boolean     carry it out, whatever the answer says
---@field status? integer    answer with this status
---@field headers? table<string, string>
---@field body? string       answer with this body
---@field html? boolean      answer with an HTML page
---@field garbage? string    answer with what is no JSON
---@field huge? integer      answer with so many bytes
---@field cut? integer|string  cut the connection after so many bytes, "before" or "after" it is carried out, or in
---                          the middle of the "body"
---@field reset? boolean     cut it with a reset
---@field wrong_length? integer|boolean  a Content-Length that is not true
---@field drip? integer      so many bytes a second
---@field redirect? string   answer with a redirect to there
---@field process_after? number|string  execute the request so much later, in real time, whatever the client got: with
---                          status, gateway, body, html or cut
---@field gateway? "html"|"empty"|"text"|"json"  answer as a gateway in front of the service does: not in JSON:API;
---                          with status, default 502
---@field broken? "empty"|"cut"|"html"|"null"|"string"|"object"|"list"|"type"|"no_id"|"errors"  a 2xx whose body is of
---                          no use, though the request was executed
---@field lag? number|string  a GET does not see resources that are younger, in real time: in lists, related lists,
---                          linkage and included
---@field lag_by_id? number|string  the same for what is read by its id
---@field date? false|number|string  no Date header, or one that is ahead: 30, "-30s"
---@field normalise? "trim"|"nfc"|string[]  what the service does to the strings of the request before it keeps them:
---                          white space at the ends goes, letters are composed with the marks behind them (Latin, Greek,
---                          Cyrillic)
---@field twin? "same"|"other"  somebody else sends the same request at that moment, or one with other content under
---                          the same name (another subject, list or time, the other action)
---@field crowd? integer     somebody else creates so many campaigns at that moment

---The faults that are still to come.
---@return klaviyo.sandbox.fault[]
function server:faults() end

---Puts an image into the library.
---@param image table  id; name, image_url, format, size, hidden, variation (id)
---@return string id
function server:image(image) end

---Describes a list or segment: how many recipients, where, how many of them may be written to.
---@param list table  id; size; zones = { zone = weight } or a list of zones; consented: a share (0 to 1) or a number
function server:list(list) end

---How far a message is.
---@param id string
---@return table|nil  id, name, status, strategy, recipients, sent, skipped, unconsented, hours
---@return klaviyo.sandbox.error|nil  kind "not_found"
function server:message(id) end

---The time on the clock.
---@return string
function server:now() end

---How fast the clock runs.
---@param factor number  1: as clocks do; 0: it stands
function server:rate(factor) end

---The requests seen so far, in order.
---@return table[]  method, path, query, headers, body, status, revision, at, fault
function server:requests() end

---Forgets everything: campaigns, lists, faults, requests.
function server:reset() end

---Puts back what snapshot kept. An unknown name raises.
---@param name? string
function server:restore(name) end

---From now on a key or token is refused.
---@param credential string
function server:revoke(credential) end

---Sets the clock.
---@param time string  ISO 8601
---@return string now
function server:set_clock(time) end

---Keeps everything as it is now, to be restored.
---@param name? string
function server:snapshot(name) end

---Ends the server. May be called again.
function server:stop() end

---Makes a tag, and puts it on a campaign or a message.
---@param tag table  name; id, campaign (id), message (id)
---@return string id
function server:tag(tag) end

---Sets the UTM parameters of a message, or those of the whole account.
---@param settings table  params = { { name, value, type }, ... }; message (id)
function server:tracking_params(settings) end

---Gives a variation a translation.
---@param translation table  variation (id); id, source_locale, target_locales, fallback_locale, channel, metadata
---@return string id
function server:translation(translation) end

return module
