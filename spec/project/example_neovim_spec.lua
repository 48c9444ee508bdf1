-- SPDX-License-Identifier: MIT
-- examples/neovim in a headless Neovim, against a sandbox in the same process.

local editor = require "spec.support.neovim"
local process = require "spec.support.process"

if not rawget(_G, "jit") then
  return -- Neovim is LuaJIT
elseif not editor.available() then
  describe("examples/neovim #process", function()
    pending "works (nvim is not installed)"
  end)
  return
end

local SETUP = [[
  vim.opt.runtimepath:prepend "examples/neovim"
  vim.cmd "runtime plugin/klaviyo.lua"
  sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  plugin = require "klaviyo_nvim"
  plugin.setup { client = { base_url = sandbox.url, api_key = "pk_test", limits = false }, interval = 0.02,
    now = function() return (require("klaviyo.model.time").parse(sandbox:now())) end }
  notes = {}
  vim.notify = function(text) table.insert(notes, text) end
  function lines(buffer) return vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false) end
  function text(buffer) return table.concat(lines(buffer), "\n") end
  function press(keys)
    vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "x", false)
  end
  function noted(pattern)
    until_true("a note like " .. pattern .. "; there are: " .. table.concat(notes, " | "), function()
      return table.concat(notes, "\n"):find(pattern) ~= nil
    end)
  end
  -- The window that floats, once there is one.
  function floating()
    local found
    until_true("a floating window", function()
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= "" then
          found = window
          return true
        end
      end
    end)
    return found, vim.api.nvim_win_get_buf(found)
  end
  local made
  klaviyo.run(function()
    for _, name in ipairs { "Spring Sale", "Summer Sale" } do
      local sale = klaviyo.campaign(name):timezone "America/New_York"
      sale:audience("VIP", { included = { "LIST" } })
        :email { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A" }
        :sms { name = "Text", body = "It starts" }
      id = assert(plugin.client().campaigns:create(sale)).id
    end
    made = true
  end)
  until_true("the campaigns", function() return made end)
  sandbox:clear_requests()
  function open()
    vim.cmd("KlaviyoEdit " .. id)
    until_true("the campaign", function() return vim.b.klaviyo_campaign == id end)
  end
  function saw(method)
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method == method and 1 or 0)
    end
    return count
  end
]]

local function vim_lines(output)
  local list = {}
  for line in output:gmatch "[^\n]+" do
    list[#list + 1] = line
  end
  return list
end

describe("examples/neovim #process", function()
  local function neovim(script)
    local output, code = editor.run(SETUP .. script .. '\nvim.cmd "qall!"')
    assert.equal(0, code, output)
    return output
  end

  it("loads nothing before a command is used", function()
    local output, code = editor.run [[
      package.loaded["klaviyo"] = nil
      vim.opt.runtimepath:prepend "examples/neovim"
      vim.cmd "runtime plugin/klaviyo.lua"
      say(tostring(package.loaded["klaviyo_nvim"]), vim.fn.exists ":KlaviyoCampaigns")
      vim.cmd "qall!"
    ]]
    assert.equal(0, code, output)
    assert.equal("nil 2\n", output)
  end)

  it("lists campaigns and opens the one under the cursor", function()
    local output = neovim [[
      vim.cmd "KlaviyoCampaigns"
      until_true("the list", function() return #lines() == 4 end)
      say(text())
      press "<CR>"
      until_true("the campaign", function() return vim.b.klaviyo_campaign == id end)
      say(vim.bo.filetype, vim.bo.buftype, tostring(vim.bo.modified))
      say(text())
    ]]
    assert.matches("Summer Sale +DRAFT", output)
    assert.matches("Spring Sale +DRAFT", output)
    assert.matches("lua acwrite false", output)
    assert.matches('local sale = campaign "Summer Sale"\n.*:email {.*subject = "It starts".*return sale', output)
  end)

  it("lists those whose name holds a text", function()
    local output = neovim [[
      vim.cmd "KlaviyoCampaigns Spring"
      until_true("the list", function() return #lines() == 3 end)
      say(text())
    ]]
    assert.matches("Spring Sale", output)
    assert.not_matches("Summer Sale", output)
  end)

  it("shows what a change does, and saves it when that is agreed to", function()
    local output = neovim [[
      open()
      vim.cmd "%s/It starts/Today/"
      vim.cmd "write"
      local _, buffer = floating()
      say(text(buffer))
      say("patched", saw "PATCH")
      press "y"
      noted "saved: 2 changes"
      say("patched", saw "PATCH", tostring(vim.bo.modified))
      say(text())
    ]]
    assert.matches('~ content\n +subject: "It starts" %-> "Today"', output)
    assert.matches("patched 0\n", output)
    assert.matches("patched 2 false\n", output)
    assert.matches('body = "Today"', output)
  end)

  it("changes nothing when it is not agreed to", function()
    local output = neovim [[
      open()
      vim.cmd "%s/It starts/Today/"
      vim.cmd "write"
      floating()
      press "n"
      noted "nothing was changed"
      say(saw "PATCH", tostring(vim.bo.modified))
    ]]
    assert.equal("0 true\n", output)
  end)

  it("saves without asking with :w!", function()
    local output = neovim [[
      open()
      vim.cmd "%s/Summer Sale/Autumn Sale/"
      vim.cmd "write!"
      noted "saved: 1 change"
      say(saw "PATCH", lines()[1])
    ]]
    assert.equal('1 local sale = campaign "Autumn Sale"\n', output)
  end)

  it("shows what is wrong with the text where it is, and sends nothing", function()
    local output = neovim [[
      open()
      vim.cmd "%s/subject = /subjekt = /"
      vim.cmd "write"
      noted "subjekt"
      local problem = vim.diagnostic.get(0)[1]
      say(saw "PATCH", lines()[problem.lnum + 1])
      say(problem.message)
    ]]
    assert.matches('^0 +subjekt = "It starts",\n', output)
    assert.matches('did you mean "subject"', output)
  end)

  it("schedules after a look, and follows until it is sent", function()
    local output = neovim [[
      open()
      vim.cmd "KlaviyoSchedule 2040-06-01T14:00:00Z throttled 50"
      local _, buffer = floating()
      say(text(buffer))
      press "y"
      noted "scheduled: 2 messages"
      vim.cmd "KlaviyoWatch"
      _, buffer = floating()
      until_true("the status", function() return text(buffer):find "SCHEDULED" end)
      sandbox:set_clock "2040-06-01T14:30:00Z"
      until_true("half of it", function() return text(buffer):find " 50 %%  SENDING" end)
      say(#vim.fn.sign_getplaced(vim.fn.bufnr(), { group = "*" })[1].signs, "signs",
        vim.fn.sign_getplaced(vim.fn.bufnr(), { group = "*" })[1].signs[1].name)
      sandbox:set_clock "2040-06-02T14:30:00Z"
      until_true("all of it", function() return text(buffer):find "100 %%  SENT" end)
      noted "Summer Sale: SENT"
    ]]
    assert.matches("%+ Blast +email +will be sent", output)
    assert.matches("at Fri 2040%-06%-01 10:00 America/New_York, throttled %(50 %% an hour%)", output)
    assert.matches("2 signs KlaviyoSENDING", output)
  end)

  -- Lists, a segment and a template, which the campaign refers to.
  local NAMES = [[
    sandbox:list { id = "LIST", name = "VIP customers" }
    sandbox:list { id = "L2", name = "Newsletter \"A\"" }
    sandbox:list { id = "L3", name = "Very important" }
    sandbox:segment { id = "S1", name = "Lapsed 90 days" }
    sandbox:template { id = "T1", name = "Summer" }
    sandbox:tag { id = "G1", name = "sale" }
    language = require "klaviyo_nvim.language"
    -- What is offered behind a text, once it has been read.
    function offered(line)
      vim.api.nvim_buf_set_lines(0, -1, -1, false, { line })
      vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(0), 0 })
      vim.cmd "startinsert!"
      vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(0), #line })
      local words
      until_true("names behind " .. line, function()
        local start = language.complete(1, "")
        words = vim.tbl_map(function(item) return item.word .. " <" .. item.menu .. ">" end,
          language.complete(0, line:sub(start + 1)))
        return #words > 0
      end)
      vim.api.nvim_buf_set_lines(0, -2, -1, false, {})
      return table.concat(words, ", ")
    end
  ]]

  it("completes names of lists, segments, templates and tags", function()
    local output = neovim(NAMES .. [[
      vim.o.virtualedit = "onemore"
      language.attach(0)
      say(offered '  included = { list "')
      say(offered '  included = { list "v')
      say(offered "  included = { list('news")
      say(offered '  excluded = { segment "')
      say(offered '  template = template "s')
      say(offered 'sale:tags { tag "')
      say(saw "GET")
    ]])
    local lines = vim_lines(output)
    assert.equal('Newsletter \\"A\\" <list L2>, VIP customers <list LIST>, Very important <list L3>', lines[1])
    assert.equal("VIP customers <list LIST>, Very important <list L3>", lines[2])
    assert.equal('Newsletter "A" <list L2>', lines[3])
    assert.equal("Lapsed 90 days <segment S1>", lines[4])
    assert.equal("Summer <template T1>", lines[5])
    assert.equal("sale <tag G1>", lines[6])
    assert.equal("4", lines[7]) -- each kind once
  end)

  it("reads names again after :write, :KlaviyoNames and a name that nothing has", function()
    local output = neovim(NAMES .. [[
      vim.o.virtualedit = "onemore"
      vim.cmd("edit " .. vim.fn.tempname() .. ".campaign.lua")
      language.attach(0)
      local function rename(name)
        sandbox:list { id = "L3", name = name }
      end
      say(offered '  included = { list "v')
      rename "Valued"
      say(offered '  included = { list "v')
      vim.cmd "write"
      say(offered '  included = { list "v')
      rename "Various"
      vim.cmd "KlaviyoNames"
      noted "names: 3 lists, 1 segment, 1 template, 1 tag"
      say(offered '  included = { list "v')
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'local sale = campaign "X"',
        'sale:audience("A", { included = { list "Nobody" } }):sms { name = "m", body = "b" }' })
      rename "Vast"
      vim.cmd "KlaviyoCreate"
      noted "names the list"
      say(offered '  included = { list "v')
    ]])
    local offers = {}
    for line in output:gmatch "[^\n]+" do
      offers[#offers + 1] = line:match "VIP customers <list LIST>, (V%l+).* <list L3>"
    end
    assert.same({ "Very", "Very", "Valued", "Various", "Vast" }, offers)
  end)

  it("shows the names once they are there, without blocking", function()
    local output = neovim(NAMES .. [[
      language.attach(0)
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { '  included = { list "' })
      vim.o.completeopt = "menuone,noinsert"
      vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes("A<C-x><C-o>", true, false, true), "", false)
      local menu
      vim.loop.new_timer():start(0, 5, vim.schedule_wrap(function()
        if menu then return end
        local info = vim.fn.complete_info { "pum_visible", "items" }
        if info.pum_visible == 1 then
          menu = #info.items
          say("offered", menu, info.items[2].word)
          vim.cmd "qall!"
        end
      end))
      vim.defer_fn(function() say "no menu" vim.cmd "cquit" end, 5000)
      do return end
    ]])
    assert.matches("offered 3 VIP customers", output)
  end)

  it("opens, checks and saves a campaign by names, with no id typed", function()
    local output = neovim(NAMES .. [[
      open()
      say(vim.fn.getline(vim.fn.search "included"))
      vim.cmd [=[%s/list "VIP customers"/list "Very importnt"/]=]
      vim.cmd "write"
      noted "did you mean"
      local problem = vim.diagnostic.get(0)[1]
      say(lines()[problem.lnum + 1], problem.message)
      vim.cmd [=[%s/list "Very importnt"/list "Very important", segment "Lapsed 90 days"/]=]
      vim.cmd "write"
      local _, buffer = floating()
      say(text(buffer))
      press "y"
      noted "saved: 1 change"
      say(vim.fn.getline(vim.fn.search "included"))
    ]])
    local lines = vim_lines(output)
    assert.equal('  included = { list "VIP customers" }, -- LIST', lines[1])
    assert.matches('list "Very importnt".*names the list "Very importnt", and there is none %(did you mean "Very',
      lines[2])
    assert.matches('included: %+"Very important" %(L3%) %+"Lapsed 90 days" %(S1%) %-LIST', output)
    assert.equal('  included = { list "Very important", segment "Lapsed 90 days" }, -- L3, S1', lines[#lines])
  end)

  it("takes a campaign from a text to its report, with no id typed", function()
    local output = neovim [[
      sandbox:list { id = "L9", name = "VIP customers", size = 1200 }
      sandbox:segment { id = "S9", name = "Lapsed 90 days", size = 100 }
      sandbox:template { id = "T9", name = "Summer", html = "<h1>Hi {{ person.first_name }}</h1>",
        text = "Hi {{ person.first_name }}" }
      sandbox:metric { id = "M9", name = "Placed Order" }
      vim.cmd "enew"
      vim.api.nvim_buf_set_lines(0, 0, -1, false, {
        'local sale = campaign "By name":timezone "America/New_York"',
        'sale:audience("VIP", { included = { list "VIP customers" }, excluded = { segment "Lapsed 90 days" } })',
        '  :email { name = "Blast", subject = "{{ person.first_name }}, it starts", template = template "Summer",',
        '           from_email = "a@example.com", from_label = "A" }',
        '  :sms { name = "Text", body = "It starts. STOP2END" }',
        'return sale',
      })
      local draft = vim.api.nvim_get_current_buf()
      sandbox:clear_requests()
      vim.cmd "KlaviyoCreate"
      local _, buffer = floating()
      say(text(buffer))
      say("posted", saw "POST")
      press "y"
      noted "created: By name"
      until_true("the campaign", function() return vim.b.klaviyo_campaign ~= nil and vim.b.klaviyo_campaign ~= id end)
      say(vim.fn.getline(vim.fn.search "included"))
      vim.cmd('KlaviyoPreview {"person":{"first_name":"Ada"}}')
      until_true("the preview", function() return vim.api.nvim_buf_get_name(0):find "preview" ~= nil end)
      say(text())
      vim.cmd "close"
      vim.cmd "KlaviyoSchedule 2040-06-01T14:00:00Z"
      _, buffer = floating()
      say(text(buffer))
      press "y"
      noted "scheduled: 2 messages"
      sandbox:set_clock "2040-06-03T14:00:00Z"
      vim.cmd "KlaviyoWatch"
      noted "By name: SENT; :KlaviyoReport"
      vim.cmd "KlaviyoWatch"
      vim.cmd "KlaviyoReport Placed Order"
      until_true("the report", function()
        _, buffer = floating()
        return text(buffer):find "conversions: Placed Order" ~= nil
      end)
      say(text(buffer))
      press "q"
      vim.api.nvim_set_current_buf(draft)
      vim.cmd "KlaviyoCreate"
      noted "this buffer's campaign was created"
    ]]
    assert.matches("%+ campaign By name\n", output)
    assert.matches('included: "VIP customers" %(L9%)', output)
    assert.matches("posted 0\n", output)
    assert.matches('included = { list "VIP customers" }, %-%- L9', output)
    assert.matches("Ada, it starts\n", output)
    assert.matches("Content +Hi Ada\n", output)
    assert.matches("Opt%-out +in the text\n", output)
    assert.matches("about 1%d%d%d recipients in the whole campaign, by estimate", output)
    assert.matches("to VIP customers %(L9%) without Lapsed 90 days %(S9%)\n", output)
    assert.matches("Blast %(email%) +1[,%d]+ +1[,%d]+ +%d+[.%d]* ?%%", output)
    assert.matches("Text %(sms%)", output)
  end)

  it("creates nothing that is not agreed to, and says that a name is taken", function()
    local output = neovim [[
      vim.cmd "enew"
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'local sale = campaign "Summer Sale"',
        'sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "x" }', 'return sale' })
      sandbox:clear_requests()
      local draft = vim.api.nvim_get_current_win()
      vim.cmd "KlaviyoCreate"
      local window, buffer = floating()
      say(text(buffer))
      vim.api.nvim_set_current_win(draft)
      vim.cmd "KlaviyoCreate"
      noted "is being created"
      vim.api.nvim_set_current_win(window)
      press "n"
      noted "nothing was created"
      say("posted", saw "POST")
      vim.cmd "%s/body/bdy/"
      vim.cmd "KlaviyoCreate"
      noted "bdy"
      say(#vim.diagnostic.get(0), "posted", saw "POST")
      vim.cmd "KlaviyoPreview"
      noted "there is no campaign here"
      open()
      vim.cmd "KlaviyoPreview 5"
      noted "as a JSON object"
      vim.cmd "KlaviyoReport No such metric"
      noted 'no metric is named "No such metric"'
      vim.cmd "KlaviyoCreate"
      noted "a campaign of the account already"
    ]]
    assert.matches("! the account has a campaign of this name", output, 1, true)
    assert.matches("posted 0\n1 posted 0\n", output)
  end)

  it("takes a name for what has it when the buffer is written", function()
    local output = neovim(NAMES .. [[
      open()
      vim.cmd [=[%s/list "VIP customers"/list "Very important"/]=]
      vim.cmd "write"
      local _, buffer = floating()
      say((text(buffer):gsub("\n", " ")))
      press "n"
      noted "nothing was changed"
      sandbox:list { id = "L3", name = "Everyone" }
      sandbox:list { id = "L2", name = "Very important" }
      vim.cmd "write"
      _, buffer = floating()
      say((text(buffer):gsub("\n", " ")))
      press "n"
    ]])
    local lines = vim_lines(output)
    assert.matches('%+"Very important" %(L3%)', lines[1])
    assert.matches('%+"Very important" %(L2%)', lines[2])
  end)

  it("asks nobody about a schedule that cannot be", function()
    local output = neovim [[
      open()
      for _, at in ipairs { "tomorrow", "2020-01-01T00:00:00Z" } do
        notes = {}
        vim.cmd("KlaviyoSchedule " .. at)
        noted "schedule was not sent: at "
        say(notes[1])
      end
      say(#vim.api.nvim_list_wins(), saw "POST")
    ]]
    assert.matches('not an ISO 8601 date.*"tomorrow"\n.*lies in the past.*\n1 0\n$', output)
  end)

  it("gives the question of :w the cursor", function()
    local output = neovim [[
      open()
      vim.cmd "%s/It starts/Today/"
      press ":w<CR>"
      local window = floating()
      say(tostring(vim.api.nvim_get_current_win() == window))
    ]]
    assert.matches("true\n$", output)
  end)

  it("stops following when the window is closed", function()
    local output = neovim [[
      open()
      vim.cmd "KlaviyoSchedule! 2040-06-01T14:00:00Z"
      noted "scheduled"
      vim.cmd "KlaviyoWatch"
      local window = floating()
      vim.cmd "KlaviyoWatch"
      say(tostring(vim.api.nvim_win_is_valid(window)))
      vim.wait(50)
      local before = saw "GET"
      vim.wait(200)
      say(saw "GET" - before)
    ]]
    assert.equal("false\n0\n", output)
  end)

  it("shows an error as a sentence", function()
    local output = neovim [[
      vim.cmd "KlaviyoEdit nothing"
      noted "404"
      vim.cmd "KlaviyoSchedule"
      noted "there is no campaign here"
      say(#notes)
    ]]
    assert.equal("2\n", output)
  end)

  it("completes fields, values, zones and the builder's methods where they may stand", function()
    local output = neovim [==[
      open()
      local language = require "klaviyo_nvim.language"
      -- Completes at the end of a line that is put after the line that matches.
      local function complete(after, line)
        local all = lines()
        for number, text in ipairs(all) do
          if text:find(after, 1, true) then
            vim.api.nvim_buf_set_lines(0, number, number, false, { line })
            vim.api.nvim_win_set_cursor(0, { number + 1, #line })
            -- at the end of the line, where only insert mode may stand
            local get = vim.api.nvim_win_get_cursor
            vim.api.nvim_win_get_cursor = function() return { number + 1, #line } end
            local start = language.complete(1, "")
            local words = {}
            for _, item in ipairs(language.complete(0, line:sub(start + 1))) do
              words[#words + 1] = item.word
            end
            vim.api.nvim_win_get_cursor = get
            vim.api.nvim_buf_set_lines(0, number, number + 1, false, {})
            say(line, start, table.concat(words, ","))
            return
          end
        end
      end
      say(vim.bo.omnifunc)
      complete(":email {", "    subj")
      complete(":sms {", "    subj")
      complete(":sms {", "    is_tr")
      complete(":sms {", "    send = { perc")
      complete('included = {', "  ex")
      complete(":send_settings {", '    send_strategy = "')
      complete(":send_settings {", '    send_timezone = "America/New_Y')
      complete("local sale = campaign", '  :timezone "Europe/Berl')
      complete("local sale = campaign", "  :send")
      complete("return sale", "anything")
      complete(":email {", [[    cc_email = "{ it's", previ]])
    ]==]
    assert.matches("^v:lua.require'klaviyo_nvim.language'.complete\n", output)
    for _, line in ipairs { "    subj 4 subject\n", "    subj 4 \n",
      "    send = { perc 13 percentage\n", "    is_tr 4 is_tracking_opens,is_tracking_clicks\n", "  ex 2 excluded\n",
      '    send_strategy = " 21 STATIC,LOCAL_TIMEZONE,THROTTLED\n',
      '    send_timezone = "America/New_Y 21 America/New_York\n', '  :timezone "Europe/Berl 13 Europe/Berlin\n',
      "  :send 3 send,send_settings\n", "anything 0 \n", [[    cc_email = "{ it's", previ 25 preview_text]] } do
      assert.matches(line, output, 1, true)
    end
  end)

  it("describes the field under the cursor", function()
    local output = neovim [[
      open()
      vim.fn.search "subject ="
      press "K"
      local _, buffer = floating()
      say(text(buffer))
    ]]
    assert.matches("subject%*?%*?: string", output)
    assert.matches("The subject line.", output, 1, true)
    assert.matches('subject = "Summer Sale starts now"', output, 1, true)
  end)

  it("shows mistakes while the text is written, and that they are gone, without a request", function()
    local output = neovim [[
      open()
      local before = #sandbox:requests()
      vim.cmd "%s/subject = /subjekt = /"
      vim.cmd "doautocmd TextChanged"
      until_true("the mistake", function() return #vim.diagnostic.get(0) == 1 end)
      say(lines()[vim.diagnostic.get(0)[1].lnum + 1])
      vim.cmd "%s/subjekt = /subject = /"
      vim.cmd "doautocmd TextChangedI"
      until_true("the end of it", function() return #vim.diagnostic.get(0) == 0 end)
      vim.api.nvim_buf_set_lines(0, -1, -1, false, { "}" })
      vim.cmd "doautocmd TextChanged"
      until_true("the mistake in Lua", function() return #vim.diagnostic.get(0) == 1 end)
      say(vim.diagnostic.get(0)[1].message)
      say(#sandbox:requests() - before)
    ]]
    assert.matches('^ +subjekt = "It starts",\n', output)
    assert.matches("<eof>.* near .}.\n0\n$", output)
  end)

  it("shows the mistakes of a file that is opened, before it is changed", function()
    local output = neovim [[
      local path = vim.fn.tempname() .. ".campaign.lua"
      vim.fn.writefile({ 'local sale = campaign "Sale"', "sale:audinece()" }, path)
      vim.cmd("edit " .. path)
      require("klaviyo_nvim.language").attach(0)
      until_true("the mistake", function() return #vim.diagnostic.get(0) == 1 end)
      say(vim.diagnostic.get(0)[1].lnum, vim.diagnostic.get(0)[1].message)
    ]]
    assert.matches('^1 .*did you mean "audience"', output)
  end)

  it("goes on while a text runs for long, and gives it up for what is written then", function()
    local output = neovim [[
      open()
      local ticks, timer = 0, vim.loop.new_timer()
      timer:start(1, 1, function() ticks = ticks + 1 end)
      local native, began = require "klaviyo.terminal", nil
      local evaluate = native.evaluate
      native.evaluate = function(...) began = began or ticks return evaluate(...) end
      local good = lines()
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { "local s = ('a'):rep(30)",
        "for i = 1, 1e9 do s:find(('a*'):rep(15) .. 'b') end" })
      vim.cmd "doautocmd TextChanged"
      until_true("its evaluation", function() return began ~= nil end)
      until_true("the editor's timers", function() return ticks > began + 20 end)
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { "subjekt = 1 }" })
      vim.cmd "doautocmd TextChanged"
      until_true("the mistake", function() return #vim.diagnostic.get(0) == 1 end)
      say(vim.diagnostic.get(0)[1].message)
      vim.api.nvim_buf_set_lines(0, 0, -1, false, good)
      vim.cmd "doautocmd TextChanged"
      until_true("the end of it", function() return #vim.diagnostic.get(0) == 0 end)
      timer:close()
    ]]
    assert.not_matches("runs for too long", output)
  end)

  it("shows mistakes without a key, and says without Lua's words that there is none", function()
    local output = neovim [[
      plugin.setup()
      plugin.settings().client = {}
      vim.env.KLAVIYO_API_KEY = nil
      vim.cmd "edit new.campaign.lua"
      require("klaviyo_nvim.language").attach(0)
      vim.api.nvim_buf_set_lines(0, 0, -1, false, { "return { nam = 1 }" })
      vim.cmd "doautocmd TextChanged"
      until_true("the mistake", function() return #vim.diagnostic.get(0) == 1 end)
      vim.cmd "KlaviyoCampaigns"
      until_true("a note", function() return notes[1] ~= nil end)
      say(notes[1])
    ]]
    assert.matches("^klaviyo: klaviyo.client: no API key: ", output)
  end)

  it("says what to install where the command's modules are missing, at a command and in its health check", function()
    local output = neovim [[
      for name in pairs(package.loaded) do
        if name:find "^klaviyo_nvim%." or name:find "^klaviyo%.cli" or name == "klaviyo.terminal" then
          package.loaded[name] = nil
        end
      end
      table.insert(package.loaders, 1, function(name)
        if name:find "^klaviyo%.cli" then
          error(("module '%s' not found"):format(name), 0)
        end
      end)
      vim.cmd "KlaviyoCampaigns"
      say(notes[1])
      vim.cmd "checkhealth klaviyo"
      say(text())
    ]]
    assert.matches("^klaviyo: module 'klaviyo.cli%.[%w_.]+' not found; see :checkhealth klaviyo\n", output)
    assert.matches("ERROR:? the klaviyo command's modules cannot be loaded", output)
    assert.matches("luarocks --lua-version 5.1 install lua-klaviyo-cli", output, 1, true)
  end)

  it("ends undo at what was read", function()
    local output = neovim [[
      open()
      local read = text()
      vim.cmd "silent undo"
      say(tostring(text() == read), tostring(vim.bo.modified))
      vim.cmd "%s/Summer Sale/Autumn Sale/"
      vim.cmd "silent undo"
      say(tostring(text() == read), tostring(vim.bo.modified))
    ]]
    assert.equal("true false\ntrue false\n", output)
  end)

  it("passes its health check", function()
    local output = neovim [[
      vim.cmd "checkhealth klaviyo"
      say(text())
    ]]
    assert.matches("OK:? lua%-klaviyo", output)
    assert.matches("OK:? a key is set", output)
    assert.matches("OK:? http://127.0.0.1:%d+ answered", output)
    assert.not_matches("pk_test", output)
    assert.not_matches("ERROR", output)
  end)

  it("starts as a demonstration with one command", function()
    local output, code = editor.run([[
      until_true("the list", function() return vim.api.nvim_buf_line_count(0) == 5 end)
      say(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
      vim.cmd "KlaviyoReport"
      until_true("the report", function()
        return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find "nothing of it was sent yet"
      end)
      vim.cmd "qall!"
    ]], { arguments = "--cmd 'luafile examples/neovim/demo.lua' --cmd 'set loadplugins'" })
    assert.equal(0, code, output)
    assert.matches("Spring Sale +SCHEDULED", output)
  end)
end)

-- As a plugin manager has it: a directory of its own in the package path, an empty configuration, no settings.
describe("examples/neovim, installed #process", function()
  local home

  before_each(function()
    home = process.directory()
    local place = home .. "/data/nvim/site/pack/any/start"
    local output, code = process.run(("mkdir -p %s %s/config && cp -r examples/neovim %s/klaviyo"):format(place, home,
      place))
    assert.equal(0, code, output)
  end)

  after_each(function()
    process.remove(home)
  end)

  local function neovim(script)
    local output, code = editor.run([[
      sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
      vim.env.KLAVIYO_BASE_URL, vim.env.KLAVIYO_API_KEY = sandbox.url, "pk_test"
    ]] .. script .. '\nvim.cmd "qall!"', { home = home })
    assert.equal(0, code, output)
    return output
  end

  it("opens the campaign list from an empty configuration", function()
    local output = neovim [[
      local made
      klaviyo.run(function()
        local sale = klaviyo.campaign "Spring Sale"
        sale:audience("VIP", { included = { "LIST" } }):sms { name = "Text", body = "x" }
        made = assert(klaviyo.client({}).campaigns:create(sale))
      end)
      until_true("the campaign", function() return made end)
      vim.cmd "KlaviyoCampaigns"
      until_true("the list", function() return vim.api.nvim_buf_line_count(0) == 3 end)
      say(vim.api.nvim_get_current_line())
    ]]
    assert.matches("^Spring Sale +DRAFT", output)
  end)

  it("has help for each command, and says how to install it", function()
    local output = neovim [[
      vim.cmd "silent helptags ALL"
      for _, topic in ipairs { "klaviyo", "klaviyo-install", "klaviyo-writing", "klaviyo-settings", "klaviyo-health",
        ":KlaviyoCampaigns", ":KlaviyoCreate", ":KlaviyoEdit", ":KlaviyoPreview", ":KlaviyoSchedule", ":KlaviyoWatch",
        ":KlaviyoNames", ":KlaviyoReport" } do
        vim.cmd("help " .. topic)
        local line = vim.fn.search("\\*" .. topic .. "\\*", "nc")
        say(vim.fn.expand "%:t", line == vim.fn.line "." and "there" or "not there")
      end
      for name in pairs(vim.api.nvim_get_commands {}) do
        if name:find "^Klaviyo" then
          say(name)
        end
      end
    ]]
    assert.equal(13, select(2, output:gsub("klaviyo.txt there\n", "")))
    assert.equal(8, select(2, output:gsub("\nKlaviyo", "")))
  end)

  it("knows campaign files by their name", function()
    local output = neovim [[
      vim.cmd "filetype plugin on"
      vim.cmd "edit sale.campaign.lua"
      say(vim.bo.filetype, vim.bo.omnifunc)
      vim.cmd "edit! other.lua"
      say(vim.bo.filetype, vim.bo.omnifunc)
      vim.cmd "checkhealth klaviyo"
      say(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
    ]]
    assert.matches("^lua v:lua.require'klaviyo_nvim.language'.complete\nlua", output)
    assert.equal(1, select(2, output:gsub("klaviyo_nvim.language", "")))
    assert.matches("OK:? a key is set", output)
    assert.not_matches("ERROR", output)
  end)
end)
