---@meta klaviyo.core
-- SPDX-License-Identifier: MIT
-- The C core as language servers and the reference see it. Never loaded.

---@class klaviyo.core
---@field array_metatable table  of arrays in decoded documents
local core = {}

---Makes a client. Wrong types raise.
---@param config klaviyo.core.config
---@return klaviyo.core.client|nil
---@return klaviyo.core.error|nil
function core.client(config) end

---@class klaviyo.core.config
---@field base_url? string          default https://a.klaviyo.com
---@field revision? string          default 2026-04-15.pre; "" sends none
---@field api_key? string           private key; or
---@field access_token? string      OAuth token; or
---@field basic? string             "name:password"; with none, each request asks for a token (state "token")
---@field account? string           names the account whose budget is shared; default: the credential
---@field user_agent? string
---@field proxy? string
---@field ca_file? string
---@field insecure? boolean         allow plain http to another machine
---@field permits? boolean          each attempt asks for a permit (state "permit")
---@field events? boolean           collect events
---@field timeout? number           seconds, default 120: of a request with all its attempts
---@field connect_timeout? number   seconds, default 10
---@field attempt_timeout? number   seconds, default 30
---@field stall_timeout? number     seconds, default 20
---@field max_attempts? integer     default 4
---@field max_body? integer         bytes, default 67108864
---@field max_head? integer         bytes, default 65536
---@field max_depth? integer        default 128
---@field max_pending? integer      default 10000
---@field concurrency? integer      default 32

---Version of libcurl and of what it was built with.
---@return string
function core.curl_version() end

---Checks and indexes a JSON text.
---@param text string
---@param options? { max_depth: integer? }
---@return klaviyo.core.document|nil
---@return table|nil err  code, message, offset, line, column
function core.document(text, options) end

---A text as part of a URL: all but letters, digits and `-._~` percent-encoded.
---@param text string
---@return string
function core.escape(text) end

---Whether a value is made of nothing but what every writer of JSON writes alike, see src/core/lua_plain.h.
---@param value any
---@return boolean
function core.is_plain(value) end

---A clock that never jumps, in seconds; its zero is arbitrary.
---@return number
function core.now() end

---A value that is nothing but its metatable: what reading, counting and calling it does.
---@param metatable table
---@return userdata
function core.placeholder(metatable) end

---Makes an __index for tables that are views on a node of a document, see src/core/lua_view.h.
---@param fields table<string, function|string|string[]>  methods, and paths of what is taken as it stands
---@param rest fun(view: table, name: any): any           for everything else
---@return fun(view: table, name: any): any
function core.reader(fields, rest) end

---Views for the elements of a list of resource objects, in order.
---@param document klaviyo.core.document
---@param list integer                    node of an array; any other is a list of itself
---@param metatables table<string, table> by JSON:API type
---@param identity_map any                what links the views
---@return table[]
function core.views(document, list, metatables, identity_map) end

---Blocks until something is ready on one of the clients, at most that long, and drives them.
---@param seconds number
---@param ... klaviyo.core.client
---@return boolean  false: interrupted
function core.wait(seconds, ...) end

---Makes a socket that a host connects to, to learn when clients need driving, see src/core/nginx_poller.h.
---@return klaviyo.core.watch|nil
---@return klaviyo.core.error|nil
function core.watch() end

---@class klaviyo.core.watch
local watch = {}

---Has one byte written once something is ready on the clients' sockets, once one of their deadlines comes, or after
---that many seconds. It takes the place of what was armed before.
---@param seconds number
---@param ... klaviyo.core.client
function watch:arm(seconds, ...) end

---The host has connected: takes the connection, and begins.
---@return boolean|nil true
---@return klaviyo.core.error|nil
function watch:begin() end

---Ends it. May be called again.
function watch:close() end

---Does what is ready and due on clients, without waiting, for that many seconds at most.
---@param seconds number
---@param ... klaviyo.core.client
---@return boolean  whether something may be left
function watch:drive(seconds, ...) end

---Writes a byte now.
function watch:kick() end

---Where to connect to.
---@return string
function watch:path() end

---@class klaviyo.core.client
local client = {}

---Ends what is pending as cancelled, closes all connections, erases the credential. May be called again.
function client:close() end

---Seconds to wait after a failed attempt: exponential, with full jitter.
---@param attempt integer  the failed one, 1 for the first
---@return number
function client:backoff(attempt) end

---The next request that needs attention (it is done, or asks), each once; nil: none, or the client is closed.
---@return klaviyo.core.request|nil
function client:collect() end

---Seconds until `tick` must be called; nil: not at all.
---@return number|nil
function client:deadline() end

---The next event that was collected; nil: none.
---@return klaviyo.event|nil
function client:event() end

---Begins a walk over pages.
---@param spec klaviyo.core.spec
---@param prefetch? boolean  have the next page on its way while this one is read
---@return klaviyo.core.pages
function client:pages(spec, prefetch) end

---Requests that are not done, or done and not collected.
---@return integer
function client:pending() end

---Says that a descriptor is ready: 1 readable, 2 writable, 4 broken, or their sum.
---@param fd integer
---@param what integer
function client:ready(fd, what) end

---The descriptors to watch: how many, and {fd, what, serial, fd, what, serial, ...} in a new table or in the one given.
---A known descriptor with another serial is another socket.
---@param into? integer[]
---@return integer count
---@return integer[]
function client:sockets(into) end

---Puts a request in the queue; the next tick starts it. Wrong types raise.
---@param spec klaviyo.core.spec
---@return klaviyo.core.request|nil
---@return klaviyo.core.error|nil
function client:submit(spec) end

---Does what is due by the clock.
function client:tick() end

---@class klaviyo.core.spec
---@field method? string            default GET
---@field target string             path with query, or an absolute URL of the same origin
---@field body? string
---@field headers? string[]         further "Name: value" lines
---@field revision? string
---@field budget? table             the five below in a table of their own, which may serve many requests
---@field bucket? string            the budget it counts against; none without
---@field burst? integer            default 10
---@field burst_window? number      seconds, default 1
---@field steady? integer           default 150
---@field steady_window? number     seconds, default 60
---@field timeout? number
---@field deadline? number          on core.now's clock; the sooner of both counts
---@field attempt_timeout? number
---@field max_attempts? integer
---@field once? boolean             a repeat would change something though the method says otherwise
---@field raw? boolean              give the body as text

---@class klaviyo.core.request
local request = {}

---Its budget; nothing without one, or once the client has let go of the request.
---@return integer|nil burst
---@return number|nil burst_window   seconds
---@return integer|nil steady
---@return number|nil steady_window  seconds
---@return string|nil name           account (as a number that does not tell the credential) and operation
---@return number|nil left           seconds until the request's deadline
---@return number|nil hold           seconds for which the service itself has said that nothing more may come
function request:budget() end

---Ends it with kind "cancelled", unless it is done.
---@param why? string
function request:cancel(why) end

---Ends it and frees it.
function request:close() end

---The fields of the answer's head, by lower-case name.
---@return table<string, string>
function request:headers() end

---Answers state "permit": go after so many seconds (0: now).
---@param seconds? number
function request:permit(seconds) end

---Seconds until its deadline.
---@return number
function request:left() end

---Whether the service refused the token that it had before.
---@return boolean
function request:refused() end

---Of a request that is done: status and document (or text, or nil); or nil and the error.
---@return integer|nil status
---@return klaviyo.core.document|string|klaviyo.core.error|nil
function request:result() end

---@return "queued"|"token"|"permit"|"waiting"|"sending"|"done"
function request:state() end

---Seconds since it was submitted (until it was done), and attempts so far.
---@return number elapsed
---@return integer attempts
function request:timing() end

---Answers state "token"; without one, the request ends with kind "auth".
---@param token? string
---@param why? string
function request:token(token, why) end

---@class klaviyo.core.pages
local pages = {}

---Ends the walk.
function pages:close() end

---The request under way, begun now if there is none; nothing at the end; nil, err where it cannot go on.
---@return klaviyo.core.request|nil
---@return klaviyo.core.error|nil
function pages:request() end

---The result of that request once it is done, as request:result().
---@return integer|nil status
---@return klaviyo.core.document|klaviyo.core.error|nil
function pages:take() end

---@class klaviyo.core.error
---@field kind string
---@field message string
---@field outcome "none"|"unknown"
---@field retryable boolean
---@field status? integer
---@field request_id? string
---@field attempts? integer
---@field retry_after? number
---@field document? klaviyo.core.document

---A JSON text with its index. Nodes are integers; 0 is the root and the default.
---@class klaviyo.core.document
local document = {}

---Frees it. May be called again.
function document:close() end

---The whole value below a node.
---@param node? integer
---@return any
function document:decode(node) end

---The node at a dotted path; nil if there is none.
---@param node integer
---@param path string
---@return integer|nil
function document:find(node, path) end

---The value at a dotted path: nil if absent, the null of lua-cjson if null, containers decoded whole.
---@param node integer
---@param path string
---@return any
function document:get(node, path) end

---The name under which a node stands in its object.
---@param node integer
---@return string|nil
function document:key(node) end

---How many elements an array or members an object has; nil for what is neither.
---@param node? integer
---@return integer
function document:length(node) end

---The JSON:API resource object of that type and id, from `data` or `included`.
---@param type string
---@param id string
---@return integer|nil
function document:lookup(type, id) end

---Bytes that it takes outside Lua.
---@return integer
function document:memory() end

---The first child of a node, or the one after `previous`.
---@param parent integer
---@param previous? integer
---@return integer|nil
function document:next(parent, previous) end

---The JSON of a node as it came.
---@param node? integer
---@return string
function document:text(node) end

---The JSON type of a node.
---@param node? integer
---@return "object"|"array"|"string"|"number"|"boolean"|"null"
function document:type(node) end

return core
