---@meta klaviyo.collections
-- SPDX-License-Identifier: MIT
-- Written by doc/meta.lua; `make man` renews it. Never loaded.

---@class klaviyo.campaign_page : klaviyo.page
---@field data klaviyo.campaign[]
---@field next fun(self: klaviyo.campaign_page, done?: klaviyo.done.campaign_page): klaviyo.campaign_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.campaign_page, done?: klaviyo.done.campaign_page): klaviyo.campaign_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.campaign_page): fun(): klaviyo.campaign|nil

---@alias klaviyo.done.campaign_page fun(result: klaviyo.campaign_page|nil, err: klaviyo.error|nil)

---@class klaviyo.campaigns : klaviyo.collection
local campaigns = {}

---Creates a resource. A campaign comes with audiences, messages and variations, in one atomic call, and is read back
---whole. After a lost response, the client looks up what happened: nothing is created twice. (Guide: Create a campaign)
---@param model klaviyo.campaign_builder|klaviyo.new_campaign  builder or plain table; a new audience names its campaign, a message its campaign and audience, a variation its message (object or id)
---@param options? klaviyo.write_options  fields, and those of a call: revision, timeout, attempt_timeout, max_attempts, validate
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil  with the campaign as well: it was created, but could not be read completely
---@overload fun(self, model: klaviyo.campaign_builder|klaviyo.new_campaign, done: klaviyo.done.campaign)
---@overload fun(self, model: klaviyo.campaign_builder|klaviyo.new_campaign, options: klaviyo.write_options, done: klaviyo.done.campaign)
function campaigns:create(model, options) end

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.campaign)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.campaign)
function campaigns:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.campaign_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.campaign_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.campaign_page)
function campaigns:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.campaign|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.campaign|nil  nothing with a callback
function campaigns:each(options, callback) end

---Changes fields of one resource, without reading it first.
---@param id string
---@param changes klaviyo.new_campaign  the fields to change; klaviyo.null clears one; of details, `channel` goes with them
---@param options? klaviyo.write_options
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, changes: klaviyo.new_campaign, done: klaviyo.done.campaign)
---@overload fun(self, id: string, changes: klaviyo.new_campaign, options: klaviyo.write_options, done: klaviyo.done.campaign)
function campaigns:update(id, changes, options) end

---Deletes one resource. A campaign is archived instead, with all its content.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil  true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function campaigns:delete(id, options) end

---Clones one resource. (Guide: Clone a campaign)
---@param id string
---@param options? klaviyo.clone_options  name; campaign for an audience, audience for a message; fields, and those of a call
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.campaign)
---@overload fun(self, id: string, options: klaviyo.clone_options, done: klaviyo.done.campaign)
function campaigns:clone(id, options) end

---Reads the resources behind a relationship of one resource, without reading the resource itself.
---@param id string
---@param name string  "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, name: string, done: klaviyo.done.related)
---@overload fun(self, id: string, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function campaigns:related(id, name, options) end

---Archives a campaign with all its content. This cannot be undone.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil  true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function campaigns:archive(id, options) end

---Reads a campaign with its audiences, messages and variations, in as few calls as the dialect allows.
---@param id string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.campaign)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.campaign)
function campaigns:tree(id, options) end

---Returns a campaign with ids in the place of names, without sending it; several in one look-up for each kind of name.
---Creating a campaign and changing one do the same before they send anything.
---@param model klaviyo.campaign_builder|klaviyo.new_campaign|klaviyo.campaign_builder|klaviyo.new_campaign[]  builder or plain table, or a list of them
---@param options? klaviyo.call_options
---@return klaviyo.new_campaign|klaviyo.new_campaign[]|nil
---@return klaviyo.error|nil  kind "validation": what is unknown or ambiguous, all at once; `candidates` is a list of what may be meant: { type, id, name, created_at }. In a list, paths begin with the campaign's place: `[2].audiences`
---@overload fun(self, model: klaviyo.campaign_builder|klaviyo.new_campaign|klaviyo.campaign_builder|klaviyo.new_campaign[], done: klaviyo.done.model)
---@overload fun(self, model: klaviyo.campaign_builder|klaviyo.new_campaign|klaviyo.campaign_builder|klaviyo.new_campaign[], options: klaviyo.call_options, done: klaviyo.done.model)
function campaigns:resolve(model, options) end

---Iterates over campaigns with their audiences, messages and variations, in as few requests as the dialect allows:
---where campaigns come without variations, the list of all messages is read beside them, or the messages by campaign if
---that takes fewer requests. A failure in the middle raises its klaviyo.error. A callback is served as by `each`.
---@param options? klaviyo.trees_options  filter; sort (default "created_at": only in this order and its reverse both lists are read side by side); limit (campaigns at most), page_size, prefetch (default true), and those of a call
---@param callback? fun(one: klaviyo.campaign|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.campaign|nil  nothing with a callback
function campaigns:trees(options, callback) end

---@class klaviyo.audience_page : klaviyo.page
---@field data klaviyo.audience[]
---@field next fun(self: klaviyo.audience_page, done?: klaviyo.done.audience_page): klaviyo.audience_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.audience_page, done?: klaviyo.done.audience_page): klaviyo.audience_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.audience_page): fun(): klaviyo.audience|nil

---@alias klaviyo.done.audience_page fun(result: klaviyo.audience_page|nil, err: klaviyo.error|nil)

---@class klaviyo.audiences : klaviyo.collection
local audiences = {}

---Creates a resource. A campaign comes with audiences, messages and variations, in one atomic call, and is read back
---whole. After a lost response, the client looks up what happened: nothing is created twice. (Guide: Create a campaign)
---@param model klaviyo.new_audience  builder or plain table; a new audience names its campaign, a message its campaign and audience, a variation its message (object or id)
---@param options? klaviyo.write_options  fields, and those of a call: revision, timeout, attempt_timeout, max_attempts, validate
---@return klaviyo.audience|nil
---@return klaviyo.error|nil  with the campaign as well: it was created, but could not be read completely
---@overload fun(self, model: klaviyo.new_audience, done: klaviyo.done.audience)
---@overload fun(self, model: klaviyo.new_audience, options: klaviyo.write_options, done: klaviyo.done.audience)
function audiences:create(model, options) end

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.audience)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.audience)
function audiences:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.audience_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.audience_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.audience_page)
function audiences:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.audience|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.audience|nil  nothing with a callback
function audiences:each(options, callback) end

---Changes fields of one resource, without reading it first.
---@param id string
---@param changes klaviyo.new_audience  the fields to change; klaviyo.null clears one; of details, `channel` goes with them
---@param options? klaviyo.write_options
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, changes: klaviyo.new_audience, done: klaviyo.done.audience)
---@overload fun(self, id: string, changes: klaviyo.new_audience, options: klaviyo.write_options, done: klaviyo.done.audience)
function audiences:update(id, changes, options) end

---Deletes one resource. A campaign is archived instead, with all its content.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil  true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function audiences:delete(id, options) end

---Clones one resource. (Guide: Clone a campaign)
---@param id string
---@param options? klaviyo.clone_options  name; campaign for an audience, audience for a message; fields, and those of a call
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.audience)
---@overload fun(self, id: string, options: klaviyo.clone_options, done: klaviyo.done.audience)
function audiences:clone(id, options) end

---Reads the resources behind a relationship of one resource, without reading the resource itself.
---@param id string
---@param name string  "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, name: string, done: klaviyo.done.related)
---@overload fun(self, id: string, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function audiences:related(id, name, options) end

---@class klaviyo.message_page : klaviyo.page
---@field data klaviyo.message[]
---@field next fun(self: klaviyo.message_page, done?: klaviyo.done.message_page): klaviyo.message_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.message_page, done?: klaviyo.done.message_page): klaviyo.message_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.message_page): fun(): klaviyo.message|nil

---@alias klaviyo.done.message_page fun(result: klaviyo.message_page|nil, err: klaviyo.error|nil)

---@class klaviyo.messages : klaviyo.collection
local messages = {}

---Creates a resource. A campaign comes with audiences, messages and variations, in one atomic call, and is read back
---whole. After a lost response, the client looks up what happened: nothing is created twice. (Guide: Create a campaign)
---@param model klaviyo.new_message  builder or plain table; a new audience names its campaign, a message its campaign and audience, a variation its message (object or id)
---@param options? klaviyo.write_options  fields, and those of a call: revision, timeout, attempt_timeout, max_attempts, validate
---@return klaviyo.message|nil
---@return klaviyo.error|nil  with the campaign as well: it was created, but could not be read completely
---@overload fun(self, model: klaviyo.new_message, done: klaviyo.done.message)
---@overload fun(self, model: klaviyo.new_message, options: klaviyo.write_options, done: klaviyo.done.message)
function messages:create(model, options) end

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.message|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.message)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.message)
function messages:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.message_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.message_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.message_page)
function messages:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.message|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.message|nil  nothing with a callback
function messages:each(options, callback) end

---Changes fields of one resource, without reading it first.
---@param id string
---@param changes klaviyo.new_message  the fields to change; klaviyo.null clears one; of details, `channel` goes with them
---@param options? klaviyo.write_options
---@return klaviyo.message|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, changes: klaviyo.new_message, done: klaviyo.done.message)
---@overload fun(self, id: string, changes: klaviyo.new_message, options: klaviyo.write_options, done: klaviyo.done.message)
function messages:update(id, changes, options) end

---Deletes one resource. A campaign is archived instead, with all its content.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil  true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function messages:delete(id, options) end

---Clones one resource. (Guide: Clone a campaign)
---@param id string
---@param options? klaviyo.clone_options  name; campaign for an audience, audience for a message; fields, and those of a call
---@return klaviyo.message|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.message)
---@overload fun(self, id: string, options: klaviyo.clone_options, done: klaviyo.done.message)
function messages:clone(id, options) end

---Reads the resources behind a relationship of one resource, without reading the resource itself.
---@param id string
---@param name string  "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, name: string, done: klaviyo.done.related)
---@overload fun(self, id: string, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function messages:related(id, name, options) end

---@class klaviyo.variation_page : klaviyo.page
---@field data klaviyo.variation[]
---@field next fun(self: klaviyo.variation_page, done?: klaviyo.done.variation_page): klaviyo.variation_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.variation_page, done?: klaviyo.done.variation_page): klaviyo.variation_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.variation_page): fun(): klaviyo.variation|nil

---@alias klaviyo.done.variation_page fun(result: klaviyo.variation_page|nil, err: klaviyo.error|nil)

---@class klaviyo.variations : klaviyo.collection
local variations = {}

---Creates a resource. A campaign comes with audiences, messages and variations, in one atomic call, and is read back
---whole. After a lost response, the client looks up what happened: nothing is created twice. (Guide: Create a campaign)
---@param model klaviyo.new_variation  builder or plain table; a new audience names its campaign, a message its campaign and audience, a variation its message (object or id)
---@param options? klaviyo.write_options  fields, and those of a call: revision, timeout, attempt_timeout, max_attempts, validate
---@return klaviyo.variation|nil
---@return klaviyo.error|nil  with the campaign as well: it was created, but could not be read completely
---@overload fun(self, model: klaviyo.new_variation, done: klaviyo.done.variation)
---@overload fun(self, model: klaviyo.new_variation, options: klaviyo.write_options, done: klaviyo.done.variation)
function variations:create(model, options) end

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.variation|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.variation)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.variation)
function variations:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.variation_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.variation_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.variation_page)
function variations:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.variation|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.variation|nil  nothing with a callback
function variations:each(options, callback) end

---Changes fields of one resource, without reading it first.
---@param id string
---@param changes klaviyo.new_variation  the fields to change; klaviyo.null clears one; of details, `channel` goes with them
---@param options? klaviyo.write_options
---@return klaviyo.variation|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, changes: klaviyo.new_variation, done: klaviyo.done.variation)
---@overload fun(self, id: string, changes: klaviyo.new_variation, options: klaviyo.write_options, done: klaviyo.done.variation)
function variations:update(id, changes, options) end

---Deletes one resource. A campaign is archived instead, with all its content.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil  true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function variations:delete(id, options) end

---Reads the resources behind a relationship of one resource, without reading the resource itself.
---@param id string
---@param name string  "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, name: string, done: klaviyo.done.related)
---@overload fun(self, id: string, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function variations:related(id, name, options) end

---@class klaviyo.account : klaviyo.object
---@field test_account boolean|nil  Whether it is for tests.
---@field contact_information table<string, klaviyo.json>|nil  The default sender, the organization and its address.
---@field industry string|nil  What it sells.
---@field timezone string|nil  Its time zone.
---@field preferred_currency string|nil  Its currency, such as USD.
---@field public_api_key string|nil  Its public key, the site id.
---@field locale string|nil  Its language and country, such as en-US.

---@alias klaviyo.done.account fun(result: klaviyo.account|nil, err: klaviyo.error|nil)

---@class klaviyo.list : klaviyo.object
---@field name string|nil  The list's name.
---@field opt_in_process string|nil  Whether a person has to confirm before they are on it.
---@field profile_count integer|nil  The number of people; read with additional_fields = { "profile_count" }, of one at a time.
---@field created_at string|nil  When it was created.
---@field updated_at string|nil  When it was last changed.

---@alias klaviyo.done.list fun(result: klaviyo.list|nil, err: klaviyo.error|nil)

---@class klaviyo.segment : klaviyo.object
---@field name string|nil  The segment's name.
---@field definition table<string, klaviyo.json>|nil  The conditions that make it.
---@field is_active boolean|nil  Whether it is kept up to date.
---@field is_processing boolean|nil  Whether its people are being looked for.
---@field is_starred boolean|nil  Whether it is among the favourites.
---@field profile_count integer|nil  The number of people; read with additional_fields = { "profile_count" }, of one at a time.
---@field created_at string|nil  When it was created.
---@field updated_at string|nil  When it was last changed.

---@alias klaviyo.done.segment fun(result: klaviyo.segment|nil, err: klaviyo.error|nil)

---@class klaviyo.template : klaviyo.object
---@field name string|nil  The template's name.
---@field editor_type string|nil  What it was written with: SYSTEM_DRAGGABLE, USER_DRAGGABLE, CODE, HYBRID.
---@field html string|nil  Its HTML.
---@field text string|nil  Its plain text.
---@field amp string|nil  Its AMP.
---@field created_at string|nil  When it was created.
---@field updated_at string|nil  When it was last changed.

---@alias klaviyo.done.template fun(result: klaviyo.template|nil, err: klaviyo.error|nil)

---@class klaviyo.metric : klaviyo.object
---@field name string|nil  The metric's name.
---@field integration table<string, klaviyo.json>|nil  What counts it: its id, name, category, ...
---@field created_at string|nil  When it was created.
---@field updated_at string|nil  When it was last changed.

---@alias klaviyo.done.metric fun(result: klaviyo.metric|nil, err: klaviyo.error|nil)

---@class klaviyo.list_page : klaviyo.page
---@field data klaviyo.list[]
---@field next fun(self: klaviyo.list_page, done?: klaviyo.done.list_page): klaviyo.list_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.list_page, done?: klaviyo.done.list_page): klaviyo.list_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.list_page): fun(): klaviyo.list|nil

---@alias klaviyo.done.list_page fun(result: klaviyo.list_page|nil, err: klaviyo.error|nil)

---@class klaviyo.lists : klaviyo.named
local lists = {}

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.list|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.list)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.list)
function lists:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.list_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.list_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.list_page)
function lists:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.list|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.list|nil  nothing with a callback
function lists:each(options, callback) end

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.list|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.list)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.list)
function lists:find(name, options) end

---@class klaviyo.segment_page : klaviyo.page
---@field data klaviyo.segment[]
---@field next fun(self: klaviyo.segment_page, done?: klaviyo.done.segment_page): klaviyo.segment_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.segment_page, done?: klaviyo.done.segment_page): klaviyo.segment_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.segment_page): fun(): klaviyo.segment|nil

---@alias klaviyo.done.segment_page fun(result: klaviyo.segment_page|nil, err: klaviyo.error|nil)

---@class klaviyo.segments : klaviyo.named
local segments = {}

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.segment|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.segment)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.segment)
function segments:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.segment_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.segment_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.segment_page)
function segments:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.segment|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.segment|nil  nothing with a callback
function segments:each(options, callback) end

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.segment|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.segment)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.segment)
function segments:find(name, options) end

---@class klaviyo.template_page : klaviyo.page
---@field data klaviyo.template[]
---@field next fun(self: klaviyo.template_page, done?: klaviyo.done.template_page): klaviyo.template_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.template_page, done?: klaviyo.done.template_page): klaviyo.template_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.template_page): fun(): klaviyo.template|nil

---@alias klaviyo.done.template_page fun(result: klaviyo.template_page|nil, err: klaviyo.error|nil)

---@class klaviyo.templates : klaviyo.named
local templates = {}

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.template|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.template)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.template)
function templates:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.template_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.template_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.template_page)
function templates:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.template|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.template|nil  nothing with a callback
function templates:each(options, callback) end

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.template|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.template)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.template)
function templates:find(name, options) end

---@class klaviyo.metric_page : klaviyo.page
---@field data klaviyo.metric[]
---@field next fun(self: klaviyo.metric_page, done?: klaviyo.done.metric_page): klaviyo.metric_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.metric_page, done?: klaviyo.done.metric_page): klaviyo.metric_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.metric_page): fun(): klaviyo.metric|nil

---@alias klaviyo.done.metric_page fun(result: klaviyo.metric_page|nil, err: klaviyo.error|nil)

---@class klaviyo.metrics : klaviyo.named
local metrics = {}

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.metric|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.metric)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.metric)
function metrics:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.metric_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.metric_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.metric_page)
function metrics:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.metric|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.metric|nil  nothing with a callback
function metrics:each(options, callback) end

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.metric|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.metric)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.metric)
function metrics:find(name, options) end

---@class klaviyo.tag_page : klaviyo.page
---@field data klaviyo.tag[]
---@field next fun(self: klaviyo.tag_page, done?: klaviyo.done.tag_page): klaviyo.tag_page|nil, klaviyo.error|nil
---@field prev fun(self: klaviyo.tag_page, done?: klaviyo.done.tag_page): klaviyo.tag_page|nil, klaviyo.error|nil
---@field items fun(self: klaviyo.tag_page): fun(): klaviyo.tag|nil

---@alias klaviyo.done.tag_page fun(result: klaviyo.tag_page|nil, err: klaviyo.error|nil)

---@class klaviyo.tags : klaviyo.named
local tags = {}

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" } of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.tag|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.tag)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.tag)
function tags:get(id, options) end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.tag_page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.tag_page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.tag_page)
function tags:list(options) end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.tag|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.tag|nil  nothing with a callback
function tags:each(options, callback) end

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.tag|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.tag)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.tag)
function tags:find(name, options) end
