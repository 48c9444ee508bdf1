-- SPDX-License-Identifier: MIT
--- Completes a command line, for the scripts of klaviyo completion: which words can stand at the cursor, by the
--- parser's definitions. What an argument is, its placeholder says: CAMPAIGN, ZONE, FILE.

local text = require "klaviyo.cli.terminal.text"
local values = require "klaviyo.cli.values"

local complete = {}

---@class klaviyo.cli.candidate
---@field [1] string  the word
---@field [2] string? what it is

---What can be completed beside the definitions, by kind. Each function returns the words.
---@alias klaviyo.cli.sources table<string, fun(state: klaviyo.cli.complete_state): klaviyo.cli.candidate[]>

---@class klaviyo.cli.complete_state
---@field current string         the word at the cursor
---@field words string[]         those before it
---@field command? string

-- The kind of a value: by the option, else by the placeholder.
local BY_OPTION = { ["--profile"] = "profiles", ["--revision"] = "revisions", ["--fields"] = "fields",
  ["--force"] = "force", ["--allow"] = "allow", ["--zones"] = "zones" }
local BY_PLACEHOLDER = { CAMPAIGN = "campaigns", ZONE = "zones", FILE = "files", DIR = "files", PLAN = "files",
  TOPIC = "topics", FIELD = "help_fields" }

-- Options whose values are lists of names with commas between them.
local LISTS = { ["--fields"] = true, ["--force"] = true, ["--allow"] = true, ["--zones"] = true }

local function placeholder(element)
  local name = element._argname
  return type(name) == "table" and name[1] or name or element._name
end

local function kind_of(element)
  for _, alias in ipairs(element._aliases or {}) do
    if BY_OPTION[alias] then
      return BY_OPTION[alias]
    end
  end
  return BY_PLACEHOLDER[placeholder(element)]
end

local function find_option(parsers, name)
  for _, parser in ipairs(parsers) do
    for _, option in ipairs(parser._options) do
      for _, alias in ipairs(option._aliases) do
        if alias == name then
          return option
        end
      end
    end
  end
end

local function find_command(parser, name)
  for _, command in ipairs(parser._commands) do
    if command._name == name then
      return command
    end
  end
end

local function takes_value(option)
  return option ~= nil and (option._maxargs or 0) > 0
end

-- Goes through the words before the cursor: the command, the number of its arguments so far, and the option that waits
-- for its value.
local function state_of(parser, words)
  local parsers, count, waiting, only_arguments = { parser }, 0, nil, false
  for i = 1, #words - 1 do
    local word = words[i]
    if waiting then
      waiting = nil
    elseif word == "--" then
      only_arguments = true
    elseif word:find "^%-." and not only_arguments then
      local option = not word:find "=" and find_option(parsers, word) or nil
      waiting = takes_value(option) and option or nil
    elseif #parsers == 1 then
      parsers[2] = find_command(parser, word)
      if not parsers[2] then
        return nil
      end
    else
      count = count + 1
    end
  end
  return { parsers = parsers, count = count, waiting = waiting, only_arguments = only_arguments }
end

local function choices_of(element)
  return element._choices or values.words[element._convert]
end

local function is_list(element)
  for _, alias in ipairs(element._aliases or {}) do
    if LISTS[alias] then
      return true
    end
  end
  return false
end

-- The words that an option's value or an argument can be; also whether they are files.
local function of_element(element, state, sources)
  local found, kind = {}, kind_of(element)
  for _, choice in ipairs(choices_of(element) or {}) do
    found[#found + 1] = { choice }
  end
  if kind == "files" or kind == "campaigns" and (element._description or ""):find "%f[%a]file" then
    state.files = true
  end
  if not kind or not sources[kind] then
    return found
  end
  local lead = is_list(element) and state.current:match "^.*," or ""
  for _, candidate in ipairs(sources[kind](state)) do
    found[#found + 1] = { lead .. candidate[1], candidate[2] }
  end
  return found
end

local function of_options(parsers)
  local found = {}
  for i = #parsers, 1, -1 do
    for _, option in ipairs(parsers[i]._options) do
      if not option._hidden then
        found[#found + 1] = { option._aliases[#option._aliases], option._description }
      end
    end
  end
  return found
end

local function of_commands(parser)
  local found = {}
  for _, command in ipairs(parser._commands) do
    found[#found + 1] = { command._name, command._summary or command._description }
  end
  return found
end

-- The argument of a command at a place: the last one may take several words.
local function argument_at(command, place)
  for _, argument in ipairs(command._arguments) do
    if place < (argument._maxargs or 1) then
      return argument
    end
    place = place - argument._maxargs
  end
end

-- What can stand at the cursor, with the text that is in front of it in the same word (`--sort=`).
local function all_candidates(parser, words, state, sources)
  local at = state_of(parser, words)
  if not at then
    return {}, ""
  end
  state.command = at.parsers[2] and at.parsers[2]._name
  local name, value = state.current:match "^(%-%-[%w-]+)=(.*)$"
  if at.waiting then
    return of_element(at.waiting, state, sources), ""
  elseif name and not at.only_arguments then
    local option = find_option(at.parsers, name)
    state.current = value
    return takes_value(option) and of_element(option, state, sources) or {}, name .. "="
  elseif state.current:find "^%-" and not at.only_arguments then
    return of_options(at.parsers), ""
  elseif #at.parsers == 1 then
    return of_commands(parser), ""
  end
  local argument = argument_at(at.parsers[2], at.count)
  return argument and of_element(argument, state, sources) or {}, ""
end

---The words that can stand at the cursor and begin with what is typed, in upper or lower case.
---@param parser table              argparse's
---@param words string[]            behind the program's name, the last one at the cursor
---@param sources klaviyo.cli.sources
---@return klaviyo.cli.candidate[]
---@return boolean files            names of files fit too
function complete.candidates(parser, words, sources)
  local state = { current = words[#words] or "", words = words }
  local all, lead = all_candidates(parser, words, state, sources)
  local wanted, found, seen = state.current:lower(), {}, {}
  for _, candidate in ipairs(all) do
    local word = candidate[1]
    if word:sub(1, #wanted):lower() == wanted and not seen[word] and text.clean(word) == word then
      seen[word] = true
      found[#found + 1] = { lead .. word, candidate[2] }
    end
  end
  return found, state.files == true
end

-- bash ----------------------------------------------------------------------------------------------------------------

---Splits a line of bash into words without their quotes.
---@param line string          up to the cursor
---@return string[] words      the last one is at the cursor, "" behind a blank
---@return integer at          where the last word begins
---@return string|nil quote    an open quote at its beginning
function complete.split(line)
  local words, word, at, quote, i = {}, nil, #line + 1, nil, 1
  local opened
  while i <= #line do
    local c = line:sub(i, i)
    if not word and not c:find "%s" then
      word, at, opened = "", i, nil
    end
    if quote then
      if c == quote then
        quote = nil
      elseif c == "\\" and quote == '"' and line:sub(i + 1, i + 1):find '["\\$`]' then
        i = i + 1
        word = word .. line:sub(i, i)
      else
        word = word .. c
      end
    elseif c == '"' or c == "'" then
      quote = c
      opened = opened or i == at and c or nil
    elseif c == "\\" then
      i = i + 1
      word = word .. line:sub(i, i)
    elseif c:find "%s" then
      words[#words + 1], word = word, nil
    else
      word = word .. c
    end
    i = i + 1
  end
  words[#words + 1] = word or ""
  return words, word and at or #line + 1, quote and opened
end

-- Quotes a word for bash, as completion does: backslashes, or what an open quote needs.
local function quoted(word, quote)
  if quote == "'" then
    return (word:gsub("'", "'\\''"))
  elseif quote == '"' then
    return (word:gsub('["\\$`]', "\\%0"))
  end
  return (word:gsub("[^%w_@%%+=:,./\128-\255-]", "\\%0"))
end

-- Where the text begins that bash replaces: behind the last unquoted character at which it breaks words.
local function break_of(raw, breaks)
  local last, i = 0, 1
  while i <= #raw do
    local c = raw:sub(i, i)
    if c == "\\" then
      i = i + 1
    elseif breaks:find(c, 1, true) then
      last = i
    end
    i = i + 1
  end
  return last
end

---The candidates as bash takes them: quoted, and without what it does not replace.
---@param candidates klaviyo.cli.candidate[]
---@param line string    up to the cursor
---@param breaks string  COMP_WORDBREAKS
---@return string[]
function complete.for_bash(candidates, line, breaks)
  local _, at, quote = complete.split(line)
  local raw, list = line:sub(at), {}
  local skip = quote and 0 or break_of(raw, breaks)
  for i, candidate in ipairs(candidates) do
    list[i] = quoted(candidate[1], quote):sub(skip + 1)
  end
  return list
end

---The candidates for zsh and fish: a word, a tab, and what it is.
---@param candidates klaviyo.cli.candidate[]
---@return string[]
function complete.with_descriptions(candidates)
  local list = {}
  for i, candidate in ipairs(candidates) do
    local what = candidate[2] and text.clean(candidate[2]):gsub("%s+", " ") or ""
    list[i] = what ~= "" and candidate[1] .. "\t" .. what or candidate[1]
  end
  return list
end

return complete
