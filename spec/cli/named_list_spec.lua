-- SPDX-License-Identifier: MIT
--- klaviyo lists, segments, templates and tags.

local cli = require "spec.support.cli"

describe("the commands that list what has a name #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    for i = 1, 12 do
      sandbox:list { id = ("N%02d"):format(i), name = "Newsletter " .. i, size = i }
    end
    sandbox:list { id = "L1", name = "VIP customers", size = 1234 }
    sandbox:list { id = "L2", name = "=cmd \27[2J, \"vip\"", size = 5 }
    sandbox:segment { id = "S1", name = "Lapsed 90 days", is_active = false, size = 77 }
    sandbox:segment { id = "S2", name = "Active", size = 78 }
    sandbox:template { id = "T1", name = "Summer", html = "<p>Hi</p>" }
    sandbox:tag { id = "G1", name = "sale" }
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    os.execute("rm -rf " .. user:path ".cache")
    sandbox:clear_requests()
  end)

  local function reads(path)
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.path:find(path) and 1 or 0)
    end
    return count
  end

  it("find a part of a name, in upper or lower case, over all pages, and sort by name", function()
    local vip = user:run "lists VIP"
    assert.equal(0, vip.code, vip.err)
    local head, first, second = vip.out:match "^(.-)\n(.-)\n(.-)\n$"
    assert.equal("ID\tNAME\tUPDATED (UTC)", head)
    assert.matches('L2\t=cmd ?[2J, "vip"\t', first, 1, true)
    assert.matches("^L1\tVIP customers\t%d%d%d%d%-", second)
    assert.equal(14, #user:json "lists")
    assert.equal(2, #user:json "lists --limit 2")
    sandbox:list { id = "L77", name = "Ärzte" }
    assert.matches("\nL77\tÄrzte\t", user:run("lists ärz").out, 1, true)
    local none = user:run "lists nothing"
    assert.equal(0, none.code)
    assert.matches('No list has "nothing" in its name.', none.err, 1, true)
    assert.same({ "G1\tsale" }, { user:run("tags SALE").out:match "\n(.-)\n$" })
    assert.matches("^ID\tNAME\tSTATE\tUPDATED %(UTC%)\nS2\tActive\tactive\t.-\nS1\tLapsed 90 days\tinactive\t",
      user:run("segments").out)
    assert.matches("\nT1\tSummer\t%u+\t", user:run("templates summer").out)
  end)

  it("have no content of templates sent", function()
    local list = user:json "templates"
    assert.equal("Summer", list[1].name)
    assert.is_nil(list[1].html)
    assert.not_matches("html", sandbox:requests()[1].query)
    assert.matches("fields", sandbox:requests()[1].query)
  end)

  it("are JSON and CSV, of chosen fields", function()
    local segment = user:json("segments lapsed")[1]
    assert.equal("S1", segment.id)
    assert.is_false(segment.is_active)
    assert.is_nil(segment.profile_count)
    assert.equal("id\tname\nL1\tVIP customers\n", (user:run("lists customers --fields id,name").out:gsub("ID\tNAME",
      "id\tname")))
    local head, row = user:run("lists cmd --csv").out:match "^(.-)\r\n(.-)\r\n$"
    assert.equal("id,name,opt_in_process,created_at,updated_at", head)
    assert.matches([[^L2,"'=cmd ]] .. "\27%[2J" .. [[, ""vip""",single_opt_in,]], row)
    assert.equal("id,name\r\nG1,sale\r\n", user:run("tags --csv").out)
    assert.equal(2, user:run("lists --csv --json").code)
    assert.equal(2, user:run("tags --count").code)
    assert.matches("there is no field profile_coun", user:run("lists --fields profile_coun").err)
  end)

  it("count people with one request each, which is kept for an hour", function()
    local counted = user:run "lists vip --count"
    assert.equal(0, counted.code, counted.err)
    assert.matches("^ID\tNAME\tPEOPLE\tUPDATED", counted.out)
    assert.matches("\nL1\tVIP customers\t1234\t", counted.out)
    assert.equal(2, reads "^/api/lists/L%d$")
    sandbox:list { id = "L1", name = "VIP customers", size = 9 }
    assert.equal(1234, user:json("lists customers --count")[1].profile_count)
    assert.equal(2, reads "^/api/lists/L%d$")
    assert.equal(77, user:json("segments lapsed --count")[1].profile_count)
    assert.matches("\r\nS1,Lapsed 90 days,77,false,", user:run("segments lapsed --count --csv").out, 1, true)
    assert.equal(1, reads "^/api/segments/S1$")
  end)
end)
