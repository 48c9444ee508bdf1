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
