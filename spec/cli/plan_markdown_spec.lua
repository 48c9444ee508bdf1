-- SPDX-License-Identifier: MIT
--- A plan in Markdown, for a review.

local campaign_files = require "spec.support.campaign_files"
local cli = require "spec.support.cli"
local plan_markdown = require "klaviyo.cli.plan.plan_markdown"

-- The cells of each row of a table, as GitHub's parser splits them.
local function cells_of(line)
  local cells = {}
  for cell in line:match("^|(.*|)$"):gmatch "([^|]*)|" do
    cells[#cells + 1] = cell:match "^%s*(.-)%s*$"
  end
  return cells
end

describe("plan_markdown.code", function()
  it("leaves nothing of a text that Markdown, HTML or GitHub would obey", function()
    local hostile = "a|b `c` <script>x</script> **d** [e](http://f) @all #12 ~~g~~ $h$ :smile: \\ & ![i] \"j\" 'k'"
    local made = plan_markdown.code(hostile)
    local inner = made:match "^<code>(.*)</code>$"
    assert.is_nil(inner:gsub("&#%d+;", ""):find "[&<>|`*_%[%]\\~$@:!#()\"']")
    assert.equal(hostile, (inner:gsub("&#(%d+);", function(number)
      return string.char(tonumber(number))
    end)))
  end)

  it("keeps the lines of a text, and shows what controls a terminal or its direction as ?", function()
    assert.equal("<code>a<br>b<br></code>", plan_markdown.code "a\r\nb\n")
    assert.equal("<code>?&#91;31mred?</code>", plan_markdown.code "\27[31mred\226\128\174")
  end)
end)

describe("klaviyo plan --markdown #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    os.execute("rm -f " .. user.directory .. "/sale*")
  end)

  local function markdown(files)
    local result = user:run("plan --markdown " .. files)
    assert.equal(0, result.code, result.err)
    assert.equal("", result.err)
    return result.out
  end

  it("has the account, the counts, each change and each send with its zone", function()
    sandbox:list { id = "LIST", name = "Every|body" }
    user:write("sale.lua", cli.SALE)
    assert.equal(0, user:run("apply --yes " .. user:path "sale.lua").code)
    user:write("sale.lua", (cli.SALE:gsub("The sale is on\"", 'Last | call\", send = { at = "2027-01-05T09:00" }')))
    assert(kl.campaigns:update(assert(kl.campaigns:list()).data[1].id, { description = "by hand" }))
    local out = markdown(user:path "sale.lua" .. " " .. campaign_files.write(user, 1))
    assert.matches("### Plan for <code>profile default, http&#58;//127.0.0.1&#58;%d+</code>\n\n"
      .. "%*%*1 campaign to create, 1 campaign to change, 1 message to change%.%*%*", out)
    assert.matches("#### <code>Summer Sale</code> in <code>[^<]+/sale.lua</code>\n\n"
      .. "| Action | Part | Field | Before | After |\n| %-%-%- | %-%-%- | %-%-%- | %-%-%- | %-%-%- |\n", out)
    assert.matches("| change | <code>campaign Summer Sale</code> | <code>description</code> | <code>by hand</code> "
      .. "%(changed in the account; the last apply wrote <code>All channels</code>%) "
      .. "| <code>All channels</code> |\n", out)
    assert.matches("| change | <code>message Text&#58; content</code> | <code>body</code> "
      .. "| <code>The sale is on</code> | <code>Last &#124; call</code> |\n", out)
    assert.matches("| create | <code>campaign Sale 01</code> |  |  |  |\n", out)
    assert.matches("| create | <code>audience 1</code> | <code>included</code> |  | <code>&#34;Every&#124;body&#34; "
      .. "&#40;LIST&#41;</code> |\n", out)
    assert.matches("| <code>Summer Sale</code> | <code>Text</code> | <code>sms</code> "
      .. "| <code>Tue 2027%-01%-05 09&#58;00 America/New&#95;York, all at once", out)
    assert.matches("Made %a+ %d+%-%d+%-%d+ %d+:%d+ UTC%. Nothing was changed", out)
    for line in out:gmatch "|[^\n]*" do
      local count = #cells_of(line)
      assert.is_true(count == 4 or count == 5 or count == 6, line)
    end
    assert.equal(2, user:run("plan --markdown --json " .. user:path "sale.lua").code)
  end)

  it("says what is blocked, what is not in the file, and that there is nothing to do", function()
    local files = campaign_files.write(user, 1)
    assert.equal(0, user:run("apply --yes " .. files).code)
    assert.matches("%*%*Nothing to do: the account matches the files%.%*%*", markdown(files))
    local campaign = assert(kl.campaigns:tree(assert(kl.campaigns:list()).data[1].id))
    assert(kl.messages:create { campaign = campaign.id, audience = campaign.audiences[1].id, name = "Late" })
    assert(campaign.messages[1]:schedule { at = require("spec.support.sandbox").tomorrow() })
    campaign_files.write(user, 1, "Other")
    local out = markdown(files)
    assert.matches("| blocked | <code>message Text 1&#58; content</code> |  | <code>is scheduled&#58; klaviyo revert",
      out)
    assert.matches("| not in the file | <code>message [^<]+</code> |  | <code>stays as it is</code> |  |", out)
  end)

  it("stays below the size of a comment, and says what is left out", function()
    local long = ("A long text. "):rep(200)
    local bodies = {}
    for i = 1, 40 do
      bodies[i] = long .. i
    end
    local paths = {}
    for i = 1, 4 do
      paths[i] = user:write(("sale%d.lua"):format(i), campaign_files.text("Sale " .. i, bodies))
    end
    local out = markdown(table.concat(paths, " "))
    assert.is_true(#out < 65536)
    assert.matches(" … %(%d+ characters%)", out)
    assert.matches("The changes of 2 files are left out here: this comment would be too long.", out)
    assert.matches("sale4.lua</code> | <code>Sale 4", out)
  end)
end)
