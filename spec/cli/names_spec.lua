-- SPDX-License-Identifier: MIT
--- Names beside ids, in what the command shows.

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"

describe("names beside ids #process", function()
  local sandbox, kl, user, campaign

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    os.execute("rm -rf " .. user:path ".cache")
    sandbox:list { id = "L1", name = "VIP customers" }
    sandbox:list { id = "L2", name = "Twice" }
    sandbox:list { id = "L3", name = "Twice" }
    sandbox:segment { id = "S1", name = "Lapsed \27[2J90 days" }
    sandbox:template { id = "T1", name = "Summer" }
    local sale = klaviyo.campaign "Summer Sale"
    sale:audience("VIP", { included = { "L1", "S1" }, excluded = { "L2", "GONE" } })
      :email { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A",
               template_id = "T1" }
    campaign = assert(kl.campaigns:create(sale))
    sandbox:clear_requests()
  end)

  local function reads()
    local list = {}
    for _, request in ipairs(sandbox:requests()) do
      if request.path:find "^/api/[lst]%a+s$" then
        list[#list + 1] = request.path
      end
    end
    return list
  end

  it("are read again before a send is agreed to", function()
    assert.matches('"VIP customers" (L1)', user:run("show " .. campaign.id).out, 1, true)
    sandbox:list { id = "L1", name = "Everyone" }
    local shown = user:run(("schedule %s --at +1d --dry-run"):format(campaign.id))
    assert.matches('to "Everyone" (L1)', shown.out:gsub("%s+", " "), 1, true)
    assert.not_matches("VIP customers", shown.out)
    sandbox:fail { path = "/api/lists", status = 403, times = 0 }
    shown = user:run(("schedule %s --at +1d --dry-run"):format(campaign.id))
    sandbox:clear_faults()
    assert.matches("VIP: to L1", shown.out:gsub("%s+", " "), 1, true)
    assert.matches('to "Everyone" (L1), ', user:run("show " .. campaign.id).out, 1, true)
  end)

  it("are shown by show, read once and kept for the next command", function()
    local shown = user:run("show " .. campaign.id)
    assert.equal(0, shown.code, shown.err)
    assert.matches('to "VIP customers" (L1), "Lapsed ?[2J90 days" (S1) without "Twice" (L2), GONE', shown.out, 1, true)
    assert.same({ "/api/lists", "/api/segments" }, reads())
    assert.equal(shown.out:match "without[^\n]*", user:run("show " .. campaign.id).out:match "without[^\n]*")
    assert.same({ "/api/lists", "/api/segments" }, reads())
    local files = io.popen("find " .. user:path ".cache/klaviyo" .. " -name 'names.json'")
    local path = files:read "*l"
    files:close()
    assert.is_string(path)
    local text = io.open(path):read "*a"
    os.execute("chmod 600 " .. path)
    local file = io.open(path, "w")
    file:write((text:gsub(",(%d%d%d%d%d%d%d%d%d%d)%]", function(at)
      return (",%d]"):format(at - 301)
    end)))
    file:close()
    sandbox:list { id = "L1", name = "Renamed" }
    assert.matches('to "Renamed" (L1)', user:run("show " .. campaign.id).out, 1, true)
  end)

  it("are in the pre-flight, and not in the JSON of what is in the account", function()
    local flight = user:run(("schedule %s --at +2d --dry-run"):format(campaign.id))
    assert.matches('VIP: to "VIP customers" (L1)', flight.out, 1, true)
    local data = user:json(("schedule %s --at +2d --dry-run"):format(campaign.id))
    assert.same({ "L1", "S1" }, data.audiences[1].included)
    assert.equal("VIP customers", data.lists[1].name)
    sandbox:clear_requests()
    os.execute("rm -rf " .. user:path ".cache")
    user:json("show " .. campaign.id)
    assert.same({}, reads())
  end)

  it("are in a column of the list, which reads them where it is asked for", function()
    local listed = user:run "list --columns name,lists"
    assert.equal("NAME\tLISTS\nSummer Sale\t\"VIP customers\" (L1), \"Lapsed ?[2J90 days\" (S1)\n", listed.out)
    sandbox:clear_requests()
    os.execute("rm -rf " .. user:path ".cache")
    assert.equal(0, user:run("list").code)
    assert.same({}, reads())
  end)

  it("are in plans", function()
    user:write("sale.lua", ([[
local sale = campaign "Summer Sale"
sale:audience("VIP", { id = %q, included = { "L1", "L3" }, excluded = { "L2", "GONE" } })
return sale
]]):format(campaign.audiences[1].id))
    local planned = user:run(("plan %s --adopt %s"):format(user:path "sale.lua", campaign.id))
    assert.equal(0, planned.code, planned.err)
    assert.matches('included: +"Twice" (L3) -"Lapsed ?[2J90 days" (S1)', planned.out, 1, true)
  end)

  it("are beside the templates in the text of klaviyo edit, where no text breaks out of the comment", function()
    sandbox:template { id = "T1", name = "Summer\n} os.exit()" }
    local shown = user:run("edit --print " .. campaign.id)
    assert.equal(0, shown.code, shown.err)
    assert.matches('  :email { -- DRAFT, template "Summer } os.exit()"\n', shown.out, 1, true)
    assert.matches('template_id = "T1"', shown.out, 1, true)
  end)

  it("are in the columns behind the others of an export", function()
    local head, row = user:run("export").out:match "^(.-)\r\n(.-)\r\n$"
    assert.matches(",updated_at,included_names,excluded_names,template,template_name$", head)
    assert.matches("VIP customers; Lapsed \27[2J90 days,Twice; GONE,T1,Summer", row, 1, true)
    assert.same({ "/api/lists", "/api/segments", "/api/templates" }, reads())
    assert(kl.campaigns:create { name = "Other", audiences = { { included = { "L1" }, messages = { { name = "A",
      channel = "email", template_id = "NONE" }, { name = "B", channel = "sms", body = "x",
        template_id = "=T" }, { name = "C", channel = "push", title = "t", body = "x" } } } } })
    sandbox:clear_requests()
    local out = user:run("export").out
    assert.matches(",NONE,NONE\r\n", out, 1, true)
    assert.matches(",'=T,'=T\r\n", out, 1, true)
    assert.matches(",,\r\n", out, 1, true)
    assert.same({ "/api/lists", "/api/segments", "/api/templates" }, reads())
  end)

  it("are in the text of klaviyo edit where they say which list it is", function()
    local text = user:run("edit --print " .. campaign.id).out
    assert.matches('included = { list "VIP customers", segment "Lapsed \\027[2J90 days" }, -- L1, S1\n', text, 1, true)
    assert.matches('excluded = { "L2", "GONE" },\n', text, 1, true)
    assert.same({ "/api/lists", "/api/segments", "/api/templates" }, reads())
    user:write("sale.lua", text)
    sandbox:clear_requests()
    local again = user:run(("plan %s --adopt %s --check"):format(user:path "sale.lua", campaign.id))
    assert.equal(0, again.code, again.out .. again.err)
  end)

  it("are left out with a note for each kind that the key may not read, and others are shown", function()
    sandbox:fail { path = "/api/lists", status = 403, times = 10,
      body = '{"errors":[{"code":"permission_denied","detail":"lists:read is missing"}]}' }
    sandbox:fail { path = "/api/templates", status = 403, times = 10, body = "{}" }
    local sale = klaviyo.campaign "Winter Sale"
    sale:audience("VIP", { included = { "L1", "S1" }, excluded = { "L2", "GONE" } })
      :whatsapp { name = "WhatsApp", template_id = "T1" }
    campaign = assert(kl.campaigns:create(sale))
    local shown = user:run("show " .. campaign.id)
    assert.equal(0, shown.code)
    assert.matches('to L1, "Lapsed ?[2J90 days" (S1) without L2, GONE', shown.out, 1, true)
    assert.matches("template %w+", shown.out)
    local _, notes = shown.err:gsub("The names of %l+ are not shown: ", "")
    assert.equal(2, notes, shown.err)
    assert.matches("lists:read is missing (the key needs the scope lists:read)", shown.err, 1, true)
    assert.matches("names of templates are not shown: [^\n]*%(the key needs the scope templates:read%)", shown.err)
    assert.matches('segment "Lapsed', user:run("edit --print " .. campaign.id).out, 1, true)
  end)

  it("are left out with one note where the service does not give them", function()
    sandbox:fail { path = "/api/lists", status = 500, times = 10 }
    local shown = user:run("show " .. campaign.id)
    assert.equal(0, shown.code)
    assert.matches("to L1, S1 without L2, GONE", shown.out, 1, true)
    assert.same({ "/api/lists" }, { reads()[1] })
    local _, notes = shown.err:gsub("The names of %l+ are not shown: ", "")
    assert.equal(1, notes, shown.err)
    assert.matches("The names of lists are not shown: ", shown.err, 1, true)
    assert.matches('included = { "L1", "S1" },\n', user:run("edit --print " .. campaign.id).out, 1, true)
    assert.equal(0, user:run("export").code)
  end)
end)
