-- SPDX-License-Identifier: MIT
--- Assigning a template to a message: what goes out, and what is known of it after a lost response.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, case in ipairs { { "2026-04-15.pre", "2026-07-15" }, { "2026-07-15.pre", "2026-07-15" },
  { "2026-10-15", "2026-10-15" } } do
  describe("assigning a template (" .. case[1] .. ")", function()
    local sandbox, kl, message

    setup(function()
      sandbox, kl = support.start { revision = case[1], max_attempts = 1, reconcile = 1 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      message = assert(kl.campaigns:create(support.sale())).messages[1]
      sandbox:clear_requests()
    end)

    local function posts()
      local list = {}
      for _, request in ipairs(sandbox:requests()) do
        list[#list + 1] = request.method == "POST" and request or nil
      end
      return list
    end

    it("gives the variations a copy of it, with one request of revision " .. case[2], function()
      assert.equal(message, message:assign_template "TEMPLT")
      local copy = message.variations[1].details.template_id
      assert.matches("^%w+$", copy)
      assert.is_not.equal("TEMPLT", copy)
      assert.equal("It starts", message.variations[1].details.subject)
      assert.equal(1, #posts())
      assert.equal(case[2], posts()[1].revision)
      assert.matches('"id":"TEMPLT"', posts()[1].body, 1, true)
    end)

    it("is found after a lost response, by this process and by another, and not repeated", function()
      sandbox:fail { method = "POST", acted = true, status = 503 }
      assert.equal(message, message:assign_template "TEMPLT")
      assert.equal(1, #posts())
      sandbox:fail { method = "POST", acted = true, status = 503 }
      local done, err = message:assign_template("TEMPLT", { reconcile = 0 })
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false }
      local found = assert(klaviyo.recheck(err:token(), other))
      assert.equal(message.id, found.id)
      assert.equal(2, #posts())
      other:close()
    end)

    it("stays unknown where no variation has another template", function()
      assert(message:assign_template "TEMPLT")
      sandbox:fail { method = "POST", status = 503 } -- nothing was done, and the answer does not say so
      local done, err = message:assign_template("OTHER", { reconcile = 0.5 })
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      assert.matches("nothing of it is there", err.message, 1, true)
      assert.is_nil((err:recheck()))
      assert.equal(2, #posts())
    end)

    it("stays unknown where somebody else gave one of several variations a template", function()
      local assign = require "klaviyo.calls.assign_template"
      local function look(before)
        return (assign.methods.assign.look(kl, { id = message.id, before = before }, nil, {}))
      end
      assert(message:assign_template "TEMPLT")
      local id, template = message.variations[1].id, message.variations[1].details.template_id
      assert.equal("none", look { [id] = template })
      assert.equal("done", look { [id] = "OTHER" })
      assert.equal("none", look { V9 = "OTHER" }) -- it was added since
      if case[1] == "2026-04-15.pre" then
        return -- a message has one variation there
      end
      assert(kl.variations:create { message = message.id, details = { channel = "email", template_id = "MINE" } })
      local before = { [id] = template }
      assert.equal("none", look(before))
      for _, variation in ipairs(assert(message:related "variations")) do
        before[variation.id] = before[variation.id] or "OTHER"
      end
      assert.equal("other", look(before))
    end)

    it("takes no other template for its own where that is not wished", function()
      sandbox:fail { method = "POST", acted = true, status = 503 }
      local done, err = message:assign_template("TEMPLT", { reconcile_strict = true })
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      assert.matches("reconcile_strict", err.message, 1, true)
    end)

    it("sends nothing where the message cannot be read, and nothing for what is no id", function()
      sandbox:fail { method = "GET", status = 500, times = 0 }
      local done, err = message:assign_template "TEMPLT"
      assert.is_nil(done)
      assert.equal("none", err.outcome)
      for _, id in ipairs { "", 5, {} } do
        assert.error_matches(function()
          message:assign_template(id)
        end, "takes the id of a template")
      end
      assert.error_matches(function()
        message:assign_template("T", { include = {} })
      end, "has no option include")
      assert.same({}, posts())
    end)

    it("says that a message which is not there may be one of another revision", function()
      local gone = assert(kl.messages:get(message.id))
      assert(message:delete())
      local done, err = gone:assign_template "TEMPLT"
      assert.is_nil(done)
      assert.equal("not_found", err.kind)
    end)
  end)
end
