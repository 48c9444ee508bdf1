-- SPDX-License-Identifier: MIT
--- What the command reads from its environment and where it keeps files, for its help and the man page.

local environment = {}

---The environment variables: name and meaning.
---@type { [1]: string, [2]: string }[]
environment.variables = {
  { "KLAVIYO_API_KEY", "The private API key, where no profile gives one." },
  { "KLAVIYO_BASE_URL", "Where the service is: a sandbox, say." },
  { "KLAVIYO_REVISION", "The revision of the API, where neither --revision nor the profile names one." },
  { "KLAVIYO_PROFILE", "The profile to use." },
  { "KLAVIYO_BUDGET", "A Redis through which machines share the account's limits: redis://user:password@host:6379/0." },
  { "KLAVIYO_SANDBOX", "1: use the local sandbox." },
  { "KLAVIYO_CONFIG", "The config file, instead of ~/.config/klaviyo/config." },
  { "KLAVIYO_STATE", "Where the sandbox of this user is kept, instead of ~/.local/state/klaviyo." },
}

---Variables of other programs that the command heeds.
---@type { [1]: string, [2]: string }[]
environment.others = {
  { "NO_COLOR", "Not empty: no colours. CLICOLOR_FORCE has them in a pipe too." },
  { "VISUAL, EDITOR", "The editor of klaviyo edit." },
  { "TZ", "The zone to show times in, where neither --timezone nor the profile names one." },
  { "https_proxy, no_proxy", "The proxy, where the profile names none, and the hosts to reach without it." },
}

---The files: path and meaning.
---@type { [1]: string, [2]: string }[]
environment.files = {
  { "~/.config/klaviyo/config", "Accounts by name: profiles, which say where each key comes from. Below "
    .. "XDG_CONFIG_HOME where that is set." },
  { "~/.local/state/klaviyo", "The sandbox of --sandbox: its database, address and log. Below XDG_STATE_HOME where "
    .. "that is set." },
  { "~/.cache/klaviyo", "Names and sizes of lists and segments, for some minutes; it may be deleted. Below "
    .. "XDG_CACHE_HOME where that is set." },
  { "klaviyo.lua", "In a folder of campaign files: their defaults, such as the sender and the zone." },
  { "FILE.lock", "The ids of what apply made of FILE, separately for each account. Keep it beside the file, in version "
    .. "control too." },
}

return environment
