---@meta klaviyo.core
-- SPDX-License-Identifier: MIT
-- The C core for language servers and the reference. This file is never loaded.

---@class klaviyo.core
---@field array_metatable table  the metatable of arrays in decoded documents
local core = {}

---Creates a client. Wrong types raise.
---@param config klaviyo.core.config
---@return klaviyo.core.client|nil
---@return klaviyo.core.error|nil
function core.client(config) end

---@class klaviyo.core.config
---@field base_url? string          default https://a.klaviyo.com
---@field revision? string          default 2026-04-15.pre; "" sends none
---@field api_key? string           private key; or
---@field access_token? string      OAuth token; or
---@field basic? string             "name:password"; without these, each request asks for a token (state "token")
---@field account? string           name of the account whose rate limits are shared; default: the credential
---@field user_agent? string
---@field proxy? string
---@field ca_file? string
---@field insecure? boolean         allow plain http to another machine
---@field permits? boolean          each attempt asks for a permit (state "permit")
---@field events? boolean           collect events
---@field timeout? number           seconds, default 120: for a request with all its attempts
---@field connect_timeout? number   seconds, default 10
---@field attempt_timeout? number   seconds, default 30
---@field stall_timeout? number     seconds, default 20
---@field max_attempts? integer     default 4
---@field max_body? integer         bytes, default 67108864
---@field max_head? integer         bytes, default 65536
---@field max_depth? integer        default 128
---@field max_pending? integer      default 10000
---@field concurrency? integer      default 32

---The versions of libcurl and of the libraries that it was built with.
---@return string
function core.curl_version() end

---Parses a JSON text.
---@param text string
---@param options? { max_depth: integer? }
---@return klaviyo.core.document|nil
---@return table|nil err  code, message, offset, line, column
function core.document(text, options) end

---Percent-encodes a text for use in a URL: everything but letters, digits and `-._~`.
---@param text string
---@return string
function core.escape(text) end

---Whether a value contains only what lua-cjson writes correctly, see src/core/lua_plain.h.
---@param value any
---@return boolean
function core.is_plain(value) end

---The SHA-256 digest of a text.
---@param text string
---@return string  64 hexadecimal digits
function core.sha256(text) end

---A clock that is never set, in seconds; its zero is arbitrary.
---@return number
function core.now() end

---The system's clock, which may be set: seconds since the epoch, with fractions. Another process can tell by it how long
---ago something was.
---@return number
function core.wall() end

---A value that is nothing but its metatable: what reading, counting and calling it does.
---@param metatable table
---@return userdata
function core.placeholder(metatable) end

---Creates an __index for tables that are views of a node of a document, see src/core/lua_view.h.
---@param fields table<string, function|string|string[]>  methods, and paths of values that need no conversion
---@param rest fun(view: table, name: any): any           for everything else
---@return fun(view: table, name: any): any
function core.reader(fields, rest) end

---Creates views for the elements of a list of resource objects, in order.
---@param document klaviyo.core.document
---@param list integer                    node of an array; any other node is a list of one
---@param metatables table<string, table> by JSON:API type
---@param identity_map any                what links the views
---@return table[]
function core.views(document, list, metatables, identity_map) end

---Blocks until a socket of one of the clients is ready, for at most so many seconds, and drives them. A connection to
---Redis (klaviyo.redis) can be driven as well.
---@param seconds number
---@param ... klaviyo.core.client
---@return boolean  false: interrupted
function core.wait(seconds, ...) end

---Creates a socket to which nginx connects; a byte comes when clients must be driven, see src/core/nginx_poller.h.
---@return klaviyo.core.watch|nil
---@return klaviyo.core.error|nil
function core.watch() end

---A descriptor for libuv to watch in the place of a socket, see src/core/relay.h.
---@param socket integer
---@return klaviyo.core.relay|nil  nil: the system has none, or no descriptor is left; watch the socket itself
function core.relay(socket) end

---@class klaviyo.core.relay
local relay = {}

---Closes the descriptor; libuv must have stopped watching it. Harmless when repeated.
function relay:close() end

---@return integer
function relay:descriptor() end

---Tells what has happened at the socket, without waiting.
---@return integer  1 readable, 2 writable, 4 broken, added; 0: nothing
function relay:ready() end

---Says what is waited for; a broken socket is in any case.
---@param what integer  1 readable, 2 writable, 3 both
---@return boolean  false: the socket is closed
function relay:want(what) end

---@class klaviyo.core.watch
local watch = {}

---Has one byte written when a socket of the clients is ready, when one of their deadlines comes, or after so many
---seconds. Replaces what was armed before.
---@param seconds number
---@param ... klaviyo.core.client
function watch:arm(seconds, ...) end

---Accepts the connection of the host, and begins.
---@return boolean|nil true
---@return klaviyo.core.error|nil
function watch:begin() end

---Ends it. Harmless when repeated.
function watch:close() end

---Does what is ready and due on clients, without waiting, for at most so many seconds.
---@param seconds number
---@param ... klaviyo.core.client
---@return boolean  whether something may be left to do
function watch:drive(seconds, ...) end

---Writes a byte now.
function watch:kick() end

---The path to connect to.
---@return string
function watch:path() end

---@class klaviyo.core.client
local client = {}

---The account in the names of budgets, as request:budget() has it: a hash.
---@return string
function client:account() end

---Cancels what is pending, closes all connections and zeroizes the credential. Harmless when repeated.
function client:close() end

---The seconds to wait after a failed attempt: exponential, with full jitter.
---@param attempt integer  the failed one, 1 for the first
---@return number
function client:backoff(attempt) end

---The next request that needs attention (it is done, or asks for something), each once; nil: none, or the client is
---closed.
---@return klaviyo.core.request|nil
function client:collect() end

---The Date of the last response that had one; nothing before there was one.
---@return string|nil  as it came
---@return number|nil  when that was, on the clock of core.now
function client:date() end

---The seconds until `tick` must be called; nil: not at all.
---@return number|nil
function client:deadline() end

---Takes the next event; nil: none.
---@return klaviyo.event|nil
function client:event() end

---Begins pagination.
---@param spec klaviyo.core.spec
---@param prefetch? boolean  request the next page while this one is read
---@return klaviyo.core.pages
function client:pages(spec, prefetch) end

---The number of requests that are not done, or done and not collected.
---@return integer
function client:pending() end

---Closes idle connections; the next request makes new ones.
---@return boolean rested  false: something is pending, and nothing was closed
function client:rest() end

---Reports that a descriptor is ready: 1 readable, 2 writable, 4 broken, or their sum.
---@param fd integer
---@param what integer
function client:ready(fd, what) end

---The sockets to wait for: their number, and {fd, what, serial, fd, what, serial, ...} in a new table or the given one.
---A known descriptor with another serial is another socket.
---@param into? integer[]
---@return integer count
---@return integer[]
function client:sockets(into) end

---Puts a request into the queue; the next tick starts it. Wrong types raise.
---@param spec klaviyo.core.spec
---@return klaviyo.core.request|nil
---@return klaviyo.core.error|nil
function client:submit(spec) end

---Does what is due.
function client:tick() end

---@class klaviyo.core.spec
---@field method? string            default GET
---@field target string             path with query, or an absolute URL of the same origin
---@field body? string
---@field conceal? string           further secrets that it holds, a line each: a response that quotes one is masked
---@field headers? string[]         further "Name: value" lines
---@field revision? string
---@field budget? table             the six below in a table of their own, which many requests may share
---@field bucket? string            name of the rate limit that it counts against; nil: none
---@field burst? integer            default 10
---@field burst_window? number      seconds, default 1
---@field steady? integer           default 150
---@field steady_window? number     seconds, default 60
---@field urgent? boolean           takes the whole burst at once, and leaves no part of it to other programs
---@field timeout? number
---@field deadline? number          on the clock of core.now; the sooner of it and the timeout applies
---@field attempt_timeout? number
---@field max_attempts? integer
---@field repeat_on_guess? boolean  repeat it as if it were idempotent: for a test that this is harmful
---@field once? boolean             repeating it has a further effect, although the method is idempotent
---@field raw? boolean              return the body as text

---@class klaviyo.core.request
local request = {}

---Its rate limit; nothing without one, or when the request does not belong to its client any more.
---@return integer|nil burst
---@return number|nil burst_window   seconds
---@return integer|nil steady
---@return number|nil steady_window  seconds
---@return string|nil name           account (as a hash that does not reveal the credential) and operation
---@return number|nil left           seconds until the request's deadline
---@return number|nil hold           seconds for which the service itself has said that it accepts no more
function request:budget() end

---Ends it with kind "cancelled", unless it is done.
---@param why? string
function request:cancel(why) end

---Ends it and frees it.
function request:close() end

---The header fields of the response, by lower-case name.
---@return table<string, string>
function request:headers() end

---The number that its events have.
---@return integer
function request:id() end

---Answers the state "permit": continue after so many seconds (0: now).
---@param seconds? number
---@param ends? number  on the clock of core.now: the attempt must begin before that; later it asks again
function request:permit(seconds, ends) end

---The rate limit as the last response reported it; nothing without a response.
---@return integer|nil limit        of the steady window
---@return integer|nil remaining
---@return number|nil reset         seconds until it ends
---@return number|nil retry_after   seconds, of a 429
function request:reported() end

---How long an attempt that begins now may take, in seconds.
---@return number
function request:attempt_timeout() end

---The seconds until its deadline.
---@return number
function request:left() end

---Whether the service rejected its previous token.
---@return boolean
function request:refused() end

---The result of a request that is done: status and document (or text, or nil); or nil and the error.
---@return integer|nil status
---@return klaviyo.core.document|string|klaviyo.core.error|nil
function request:result() end

---@return "queued"|"token"|"permit"|"waiting"|"sending"|"done"
function request:state() end

---The seconds since it was submitted (until it was done), and the number of attempts so far.
---@return number elapsed
---@return integer attempts
function request:timing() end

---Answers the state "token"; without a token, the request ends with kind "auth".
---@param token? string
---@param why? string
function request:token(token, why) end

---@class klaviyo.core.pages
local pages = {}

---Ends pagination.
function pages:close() end

---The request of the present page, submitted now if there is none; nothing after the last page; nil, err if it cannot
---continue.
---@return klaviyo.core.request|nil
---@return klaviyo.core.error|nil
function pages:request() end

---The result of that request once it is done, as request:result().
---@param prefetch? boolean  false: the next page is not requested ahead, whatever client:pages was asked for
---@return integer|nil status
---@return klaviyo.core.document|klaviyo.core.error|nil
function pages:take(prefetch) end

---@class klaviyo.core.error
---@field kind string
---@field message string
---@field outcome "none"|"unknown"|"happened"
---@field retryable boolean
---@field status? integer
---@field request_id? string
---@field attempts? integer
---@field retry_after? number
---@field document? klaviyo.core.document

---A parsed JSON text. Nodes are integers; 0 is the root and the default.
---@class klaviyo.core.document
local document = {}

---Frees it. Harmless when repeated.
function document:close() end

---The value of a node, decoded.
---@param node? integer
---@return any
function document:decode(node) end

---The node at a dotted path; nil if there is none.
---@param node integer
---@param path string
---@return integer|nil
function document:find(node, path) end

---The value at a dotted path: nil if absent, the null of lua-cjson if null; containers are decoded.
---@param node integer
---@param path string
---@return any
function document:get(node, path) end

---The types and ids of the elements of an array, in turn: { type, id, type, id, ... }. What lacks one is left out.
---@param list integer
---@return string[]
function document:identities(list) end

---The type and the id of a resource object, or of resource linkage; nothing if it lacks one of them.
---@param node integer
---@return string|nil type
---@return string|nil id
function document:identity(node) end

---The key of a node in its object.
---@param node integer
---@return string|nil
function document:key(node) end

---The number of elements of an array or of members of an object; nil for a scalar.
---@param node? integer
---@return integer
function document:length(node) end

---The JSON:API resource object of that type and id, from `data` or `included`.
---@param type string
---@param id string
---@return integer|nil
function document:lookup(type, id) end

---The bytes that it takes outside Lua.
---@return integer
function document:memory() end

---The first child of a node, or the one after `previous`.
---@param parent integer
---@param previous? integer
---@return integer|nil
function document:next(parent, previous) end

---The top-level `data` of a JSON:API document; nothing if it has none, or names errors.
---@return integer|nil node
---@return string|nil type  its JSON type
function document:primary() end

---The JSON of a node, unchanged.
---@param node? integer
---@return string
function document:text(node) end

---The JSON type of a node.
---@param node? integer
---@return "object"|"array"|"string"|"number"|"boolean"|"null"
function document:type(node) end

return core
