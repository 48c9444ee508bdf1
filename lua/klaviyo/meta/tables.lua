---@meta klaviyo.tables
-- SPDX-License-Identifier: MIT
-- Written by doc/meta.lua; `make man` renews it. Never loaded.

---@class klaviyo.null  klaviyo.null, a light userdata

---@alias klaviyo.json string|number|boolean|klaviyo.null|klaviyo.json[]|table<string, klaviyo.json>
---@alias klaviyo.value klaviyo.json|klaviyo.object|klaviyo.object[]
---@alias klaviyo.changes table<string, klaviyo.json>
---@alias klaviyo.status "DRAFT"|"SCHEDULED"|"SENDING"|"SENT"|"CANCELLED"
---@alias klaviyo.details klaviyo.details.email|klaviyo.details.sms|klaviyo.details.push|klaviyo.details.whatsapp
---@alias klaviyo.new klaviyo.campaign_builder|klaviyo.new_campaign|klaviyo.new_part
---@alias klaviyo.new_part klaviyo.new_audience|klaviyo.new_message|klaviyo.new_variation
---@alias klaviyo.related klaviyo.object|klaviyo.object[]|string|string[]
---@alias klaviyo.filter.value string|number|boolean|string[]|number[]
---@alias klaviyo.results klaviyo.value[]
---@alias klaviyo.dimension "campaign"|"message"|"variation"|"channel"
---@alias klaviyo.responses klaviyo.response[]|{ [1]: klaviyo.response|nil, [2]: klaviyo.error|nil }[]

---@class klaviyo.errors
---@field is fun(value: any): boolean  whether it is an error object of this library

---@class klaviyo.error.item
---@field code? string
---@field title? string
---@field detail? string
---@field path? string  the place in the table that was given
---@field source? { pointer: string|nil, parameter: string|nil }
---@field candidates? klaviyo.candidate[]  what the name in that place may mean

---@class klaviyo.tracking_param
---@field name string
---@field value string
---@field type? "dynamic"|"static"

---@class klaviyo.limits
---@field scale? number  shortens the windows
---@field shdict? string  a lua_shared_dict that shares the budget between nginx workers
---@field shared? string  a Redis that shares it between machines: "redis://user:password@host:6379/0"
---@field on_lost? "local"|"wait"|"error"  without that Redis: a share of the budget, no call, or an error
---@field ca_file? string  certificates to trust for a rediss:// address instead of the system's
---@field [string] { [1]: integer, [2]: integer }  an operation's calls a second and a minute

---@class klaviyo.functions
---@field [integer] fun(): ...
---@field limit? integer  how many at once (default 32)
---@field all? boolean  every result with its error (default false)
---@field loop? "blocking"|"nginx"|"uv"|klaviyo.loop  default: the host's own

---@class klaviyo.requests
---@field [integer] klaviyo.request_options
---@field limit? integer  how many at once; default: the client's concurrency
---@field all? boolean  every response with its error (default false)

---@class klaviyo.options
---@field api_key? string  private API key; without it and without access_token, KLAVIYO_API_KEY is taken
---@field access_token? string|klaviyo.oauth|fun(context: klaviyo.token_context): string|nil, string|nil  OAuth token, a function that returns one (asked for each call, and once more with {refused = true} after a 401), or what klaviyo.oauth{...} returns
---@field account? string  names the account whose budget is shared; default: the credential itself
---@field revision? string  revision of the API, which chooses the wire dialect; without it, the environment variable KLAVIYO_REVISION (default "2026-04-15.pre")
---@field dialect? "auto"|"guide"|"openapi"  pins the wire dialect
---@field base_url? string  where the service is; without it, the environment variable KLAVIYO_BASE_URL (default "https://a.klaviyo.com")
---@field insecure? boolean  allow plain http to another machine (default false)
---@field timeout? number  deadline of a call, all its waiting and attempts included (default 120)
---@field connect_timeout? number  for making a connection (default 10)
---@field attempt_timeout? number  for one attempt (default 30)
---@field stall_timeout? number  for a response that comes at less than 64 bytes a second (default 20)
---@field max_attempts? integer  attempts in all, the first included (default 4)
---@field reconcile? number  how long to look for what a write did whose response was lost, until its outcome is unknown; its attempts end that long, or a quarter of the timeout, before the deadline (default 30)
---@field reconcile_strict? boolean  never take an object that equals what was sent for the one that a lost response was about (default false)
---@field name_cache? number  how long the id of a name that was looked up is taken for the same name again, in seconds; a name that is not known is looked up before it is refused (default 300)
---@field on_token? fun(token: string)  called with a text before a write that is not idempotent is sent: recheck() takes it and finds out what the write did, if this process ends before the response; an error that it raises stops the call before anything is sent
---@field limits? false|klaviyo.limits  false: no limits of our own; { operation = { burst, steady } } overrides a rate; { scale = x } shortens both windows; { shdict = name } shares the budget between nginx workers; { shared = "redis://..." } between machines
---@field max_body? integer  bytes in a response (default 67108864)
---@field max_head? integer  bytes in the header section of a response (default 65536)
---@field max_depth? integer  levels in the JSON of a response, 1024 at most (default 128)
---@field max_pending? integer  requests that may be pending at once (default 10000)
---@field concurrency? integer  requests that may be on the wire at once (default 32)
---@field proxy? string  proxy as libcurl takes it; default: the environment's, for https alone
---@field ca_file? string  certificates to trust instead of the system's
---@field user_agent? string  your application's name/version, appended to ours
---@field loop? "blocking"|"nginx"|"uv"|klaviyo.loop  how to wait; default: the host's own; a table brings another loop, see klaviyo.loop
---@field on_event? fun(event: klaviyo.event)  called with each klaviyo.event
---@field validate? boolean  check input before it is sent (default true)

---@class klaviyo.call_options
---@field revision? string  revision of the API, which chooses the wire dialect; without it, the environment variable KLAVIYO_REVISION (default "2026-04-15.pre")
---@field timeout? number  deadline of a call, all its waiting and attempts included (default 120)
---@field attempt_timeout? number  for one attempt (default 30)
---@field max_attempts? integer  attempts in all, the first included (default 4)
---@field reconcile? number  how long to look for what a write did whose response was lost, until its outcome is unknown; its attempts end that long, or a quarter of the timeout, before the deadline (default 30)
---@field reconcile_strict? boolean  never take an object that equals what was sent for the one that a lost response was about (default false)
---@field name_cache? number  how long the id of a name that was looked up is taken for the same name again, in seconds; a name that is not known is looked up before it is refused (default 300)
---@field on_token? fun(token: string)  called with a text before a write that is not idempotent is sent: recheck() takes it and finds out what the write did, if this process ends before the response; an error that it raises stops the call before anything is sent
---@field validate? boolean  check input before it is sent (default true)

---@class klaviyo.read_options : klaviyo.call_options
---@field include? string|string[]  relationships to read along: "audiences", "messages", ...
---@field fields? table<string, string|string[]>  by resource: { campaign = { "name", "created_at" } }
---@field additional_fields? string|string[]  "profile_count" of one list or segment

---@class klaviyo.list_options : klaviyo.read_options
---@field filter? klaviyo.filter|string
---@field sort? string  "-updated_at"
---@field page_size? integer
---@field cursor? string

---@class klaviyo.each_options : klaviyo.list_options
---@field limit? integer  objects at most
---@field prefetch? boolean  read the next page ahead (default true)

---@class klaviyo.trees_options : klaviyo.call_options
---@field filter? klaviyo.filter|string
---@field sort? "created_at"|"-created_at"|string  (default "created_at")
---@field limit? integer  campaigns at most
---@field page_size? integer
---@field prefetch? boolean  read the next page ahead (default true)

---@class klaviyo.related_options : klaviyo.each_options
---@field ids? boolean  the ids alone (default false)

---@class klaviyo.write_options : klaviyo.call_options
---@field fields? table<string, string|string[]>  by resource, of the response

---@class klaviyo.clone_options : klaviyo.write_options
---@field name? string
---@field campaign? string|klaviyo.campaign  of an audience; default: its own
---@field audience? string|klaviyo.audience  of a message; default: its own

---@class klaviyo.schedule_all_options : klaviyo.schedule_options
---@field undo? boolean  revert those already scheduled if one fails (default false)

---@class klaviyo.cancel_options : klaviyo.call_options
---@field drafts? boolean  cancel drafts too (default true)
---@field on_result? fun(message: klaviyo.message, err: klaviyo.error|nil)

---@class klaviyo.lease_options
---@field client klaviyo.client  with limits.shared; while it holds the lease, its writes need it
---@field ttl? number   seconds until the lease ends unless it is renewed (default 60)
---@field wait? number  seconds to wait for another holder (default 0)

---@class klaviyo.recheck_options : klaviyo.call_options
---@field reconcile? number  seconds to look for; 0: once (default 0)

---@class klaviyo.estimate_options : klaviyo.call_options
---@field interval? number  between two reads; default: 0.5, growing to 10
---@field start? boolean  false: start no job, but wait for the one that was started before; default: true

---@class klaviyo.preview_options : klaviyo.call_options
---@field context? table<string, klaviyo.json>  the values of variables, by name; for `person.name` a table in it

---@class klaviyo.results_options : klaviyo.call_options
---@field statistics? string[]  names, such as open_rate; default: counts and rates of delivery, opens, clicks, unsubscribes and conversions
---@field conversion_metric? string|klaviyo.object  metric that counts as a conversion, by name or as an object; default: "Placed Order"
---@field conversion_metric_id? string  the same by its id
---@field since? string|number  beginning of the period in which messages were sent: an instant, or a day of the account
---@field before? string|number  end of the period, not in it; default: now
---@field timeframe? string  instead of since and before: last_30_days, this_month, ...; default: last_365_days, and last_30_days where no campaigns are named
---@field by? klaviyo.dimension|klaviyo.dimension[]  what a row is: "campaign", "message" (the default), "variation", "channel", or several

---@class klaviyo.all_results_options : klaviyo.results_options
---@field campaigns? (klaviyo.campaign|string)[]  objects or ids; default: all that were sent in the period
---@field messages? (klaviyo.message|string)[]    instead: objects or ids

---@class klaviyo.wait_options
---@field until_status? klaviyo.status|klaviyo.status[]  status or statuses to wait for
---@field timeout? number  how long to wait (default 3600)
---@field interval? number  between two reads; default: 1, growing to 30
---@field on_change? fun(message: klaviyo.message, status: klaviyo.status, before: klaviyo.status)  called with (message, status, status before) whenever the status is another one

---@class klaviyo.request_options
---@field method? string  HTTP method (default "GET")
---@field path? string  path at the service, or an absolute URL of the same origin
---@field query? string|table<string|integer, klaviyo.json>  parameters: { name = value } or { { name, value }, ... }; or the encoded text
---@field body? string|klaviyo.json  a table is sent as JSON
---@field headers? table<string, string>  further headers: { name = value }
---@field raw? boolean  give the body as it came, not decoded (default false)
---@field once? boolean  a repeat would change something: never repeat it on a guess (default false)
---@field rate? { [1]: integer, [2]: integer }  { burst, steady } of this endpoint, calls a second and a minute; default: 10, 150
---@field revision? string  revision of the API
---@field timeout? number  deadline of the call
---@field attempt_timeout? number  for one attempt
---@field max_attempts? integer  attempts in all

---@class klaviyo.validate_options
---@field dialect? "guide"|"openapi"  whose rules: default: those of the revision
---@field revision? string  revision of the API; default: KLAVIYO_REVISION, or that of a client

---@class klaviyo.oauth_options
---@field client_id? string  of your app
---@field client_secret? string  of your app
---@field refresh_token? string  what the account's owner granted, or what store was given last
---@field access_token? string|klaviyo.oauth|fun(context: klaviyo.token_context): string|nil, string|nil  what store was given last; without it the first call fetches one
---@field expires_at? number  when it expires, as store was given it: seconds since the epoch
---@field store? fun(tokens: { access_token: string, refresh_token: string, expires_at: number|nil })  called with { access_token, refresh_token, expires_at } after each renewal, to keep them
---@field token_url? string  where tokens are renewed (default "https://a.klaviyo.com/oauth/token")
---@field timeout? number  for one renewal (default 30)
---@field insecure? boolean  allow plain http to another machine (default false)
---@field proxy? string  proxy as libcurl takes it
---@field ca_file? string  certificates to trust instead of the system's

---@class klaviyo.send_settings
---@field send_timezone? string  IANA name of the zone that send times are meant in, such as America/New_York.
---@field send_strategy? "STATIC"|"LOCAL_TIMEZONE"|"THROTTLED"  How messages go out unless they are scheduled otherwise.
---@field send_passed_rltz_immediately? boolean  With LOCAL_TIMEZONE: recipients whose local time has passed get it at once (true) or not at all (false).
---@field throttle_percentage? 10|11|13|14|17|20|25|33|50  With THROTTLED: the share of recipients sent to each hour.
---@field exit_condition_enabled? boolean  Whether a recipient leaves the campaign once the exit condition is met.
---@field exit_condition_conversion_metric_id? string  The metric that the exit condition looks at.

---@class klaviyo.new_campaign
---@field name? string  The campaign's name.
---@field builder? "wizard"|"canvas"  The kind of editor it opens in.
---@field archived? boolean  Whether it has been archived.
---@field color? string  The colour it is shown in, as hexadecimal digits.
---@field description? string  A note for the team.
---@field send_settings? klaviyo.send_settings  How its messages are sent unless they say otherwise.
---@field audiences? klaviyo.new_audience[]  Who it is sent to; in the guide at least one.
---@field messages? klaviyo.new_message[]  Messages that name their audience by its temporary id, instead of standing inside it.
---@field tags? (string|klaviyo.reference)[]  The tags of a new campaign, by id.

---@class klaviyo.new_audience
---@field name? string  A name for the audience; in the guide it can be set once the audience exists.
---@field priority? integer  Its place in the canvas, counted from 0.
---@field included? (string|klaviyo.reference)[]  The lists and segments it is sent to.
---@field excluded? (string|klaviyo.reference)[]  The lists and segments left out.
---@field messages? klaviyo.new_message[]
---@field campaign? string|klaviyo.campaign  of one that is made alone: its id, or the object

---@class klaviyo.details.email
---@field channel? "email"  The channel these details are for.
---@field template_id? string|klaviyo.reference  The template the email is made from.
---@field subject? string  The subject line. (default "")
---@field preview_text? string  The line that mail programs show beside the subject. (default "")
---@field from_email? string  The address it is sent from. (default "")
---@field from_label? string  The sender's name as shown. (default "")
---@field reply_to_email? string  Where answers go. (default "")
---@field cc_email? string  An address that gets a visible copy. (default "")
---@field bcc_email? string  An address that gets a hidden copy. (default "")
---@field template? klaviyo.reference  instead of template_id: the template by its name

---@class klaviyo.details.sms
---@field channel? "sms"  The channel these details are for.
---@field template_id? string|klaviyo.reference  The template the text is made from.
---@field body? string|klaviyo.json  The text. (default "")
---@field shorten_links? boolean  Whether links in the text are shortened.
---@field include_contact_card? boolean  Whether the sender's contact card is attached.
---@field cost? number  The cost of sending one; the service rejects it on create.
---@field mms_static_image_asset_id? integer  The image asset of a picture message.
---@field mms_dynamic_image_template? string  The template that makes the picture of a picture message.
---@field add_org_prefix? boolean  Whether the organisation's name is put in front.
---@field add_info_link? boolean  Whether a link to information is added.
---@field add_opt_out_language? boolean  Whether a line on how to opt out is added.
---@field text_message_type? "SMS"|"MMS"|"RCS"  The kind of text message. (default "SMS")
---@field message_hierarchy? klaviyo.json  The kinds of text message to fall back on; the documents do not say its form.
---@field template? klaviyo.reference  instead of template_id: the template by its name

---@class klaviyo.details.push
---@field channel? "push"  The channel these details are for.
---@field title? string  The title of the notification. (default "")
---@field body? string|klaviyo.json  The text of the notification. (default "")
---@field static_asset_id? integer  The image shown with it.
---@field ios_deep_link? string  Opened on iOS.
---@field android_deep_link? string  Opened on Android.
---@field sound? boolean  Whether it makes a sound. (default false)
---@field badge? boolean  Whether it sets a badge on the app's icon. (default false)
---@field badge_config? "increment-one"|"set-count"|"set-property"  How the badge's number is found. (default "increment-one")
---@field badge_value? string  The badge's number or the property it is in. (default "1")
---@field sound_file_name? string  The sound it makes. (default "")
---@field open_action? integer  The number of the action on opening. (default 0)
---@field dynamic_media_template? string  The template that makes its picture. (default "")
---@field kv_pairs? table<string, klaviyo.json>  Data for the app; any names.
---@field push_type? "standard"|"silent"  Whether it is shown or only wakes the app. (default "standard")
---@field web_url? string  Opened in a browser.
---@field content_available? boolean  Whether iOS wakes the app for it in the background.
---@field mutable_content? boolean  Whether an iOS extension may change it before it is shown.
---@field video_asset_id? string  The video shown with it.
---@field action_buttons? klaviyo.json[]  The buttons under it.

---@class klaviyo.details.whatsapp
---@field channel? "whatsapp"  The channel these details are for.
---@field template_id? string|klaviyo.reference  The WhatsApp template.
---@field shorten_links? boolean  Whether links are shortened. (default true)
---@field template? klaviyo.reference  instead of template_id: the template by its name

---@class klaviyo.ab_test
---@field winner_metric? string  The measure by which variations are compared.
---@field winner_percentage? number  A percentage: of the recipients that the test is sent to.
---@field winner_wait_hours? number  Hours between the test and the choice of the winner.

---@class klaviyo.new_variation
---@field name? string  A name for the variation.
---@field details? klaviyo.details  The content; its fields depend on `details.channel`.
---@field message? string|klaviyo.message  of one that is made alone: its id, or the object

---@class klaviyo.new_message
---@field name? string  The message's name, as seen by those who work on it.
---@field is_tracking_opens? boolean  Whether opens of an email are counted. (default true)
---@field is_tracking_clicks? boolean  Whether clicks in an email are counted. (default true)
---@field is_add_utm? boolean  Whether UTM parameters are added to links.
---@field throttling_type? "FOR_CAMPAIGNS"|"FOR_CAMPAIGNS_AND_FLOWS"|"FOR_FLOWS"|"NONE"  Which recent messages make smart sending skip a recipient.
---@field recipient_percentage? integer  The share of recipients that get this message.
---@field is_ignoring_unsubscribes? boolean  Whether it goes to the unsubscribed too.
---@field tracking_params? klaviyo.tracking_param[]  The UTM parameters; until 2026-10-15 they are set in the app or for the whole account.
---@field ab_test? klaviyo.ab_test  How the winner among several variations is found. A share of the recipients gets each of them; the winner goes to the rest.
---@field variations? klaviyo.new_variation[]  The contents; on a new message only.
---@field campaign? string|klaviyo.campaign  of one that is made alone: its id, or the object
---@field audience? string|klaviyo.audience  of one that is made alone: its id, or the object

---@class klaviyo.new_email : klaviyo.new_message, klaviyo.details.email

---@class klaviyo.new_sms : klaviyo.new_message, klaviyo.details.sms

---@class klaviyo.new_push : klaviyo.new_message, klaviyo.details.push

---@class klaviyo.new_whatsapp : klaviyo.new_message, klaviyo.details.whatsapp

---@class klaviyo.scheduling
---@field send_time? string  When it goes out.
---@field send_date? string  The day it goes out, with smart send time.
---@field send_times? table<string, klaviyo.json>  The time of each variation, by its id.
---@field strategy? string  How it goes out: static, local_timezone, throttled, smart_send_time, or a kind of test that the service names.
---@field throttle_percentage? integer  The share of recipients in each unit of time.
---@field throttle_unit? "hour"|"minute"  The unit of time of the share.
---@field past_timezones_tomorrow? boolean  With local_timezone: whether zones whose time has passed get it the next day.

---@class klaviyo.schedule_options : klaviyo.call_options
---@field at? string  When: ISO 8601 with an offset, or a local time together with `timezone`.
---@field timezone? string  The zone that a local `at` is meant in.
---@field date? string  The day, YYYY-MM-DD, with smart_send_time.
---@field strategy? "static"|"local_timezone"|"throttled"|"smart_send_time"  How: all at once, at the same local time everywhere, a share of recipients at a time, or at each recipient's best time. (default "static")
---@field percentage? 10|11|13|14|17|20|25|33|50  With throttled: the share of recipients at a time.
---@field unit? "hour"|"minute"  With throttled: the time between shares; minute from revision 2026-07-15.pre. (default "hour")
---@field past_timezones? "tomorrow"|"immediately"  With local_timezone: what happens where the time has already passed.
---@field send_time? string  The same as `at`, as `message.scheduling` has it.
---@field send_date? string  The same as `date`, as `message.scheduling` has it.
---@field throttle_percentage? 10|11|13|14|17|20|25|33|50  The same as `percentage`, as `message.scheduling` has it.
---@field throttle_unit? "hour"|"minute"  The same as `unit`, as `message.scheduling` has it.
---@field past_timezones_tomorrow? boolean  The same as `past_timezones`, as `message.scheduling` has it.

---@alias klaviyo.done.audience fun(result: klaviyo.audience|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.boolean fun(result: boolean|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.campaign fun(result: klaviyo.campaign|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.integer fun(result: integer|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.message fun(result: klaviyo.message|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.messages fun(result: klaviyo.message[]|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.model fun(result: klaviyo.new_campaign|klaviyo.new_campaign[]|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.object fun(result: klaviyo.object|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.page fun(result: klaviyo.page|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.preview fun(result: klaviyo.preview|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.previews fun(result: klaviyo.preview[]|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.related fun(result: klaviyo.related|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.report fun(result: klaviyo.report|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.response fun(result: klaviyo.response|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.responses fun(result: klaviyo.responses|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.tag fun(result: klaviyo.tag|nil, err: klaviyo.error|nil)
---@alias klaviyo.done.variation fun(result: klaviyo.variation|nil, err: klaviyo.error|nil)
