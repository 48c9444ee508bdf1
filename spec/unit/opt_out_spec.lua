-- SPDX-License-Identifier: MIT
local opt_out = require "klaviyo.model.opt_out"

describe("opt_out.is_in", function()
  it("finds the usual words, in several languages", function()
    for _, text in ipairs {
      "Sale. Reply STOP to end", "Sale! STOP2END", "Txt STOP2END", "HELP4info STOP2quit", "stop to end",
      "Stop to opt out", "txt stop 2 end", "Text stop to cancel", "reply stop", 'Reply "STOP"',
      "Reply “STOP”.", "Txt STOP.", "STOP=end", "STOP : fin",
      "Msg&data rates may apply. Reply HELP for help or STOP", "Text END to end", "Text QUIT", "to opt out: x",
      "Opt-out: klv.io/x", "To Opt-Out", "opt\nout", "OptOut: x", "unsubscribe: x", "{% unsubscribe %}",
      "{{ unsubscribe_link }}", "Antworte STOPP", "Abmelden: STOP", "STOP zum Abmelden", "STOP au 36180",
      "Répondez STOP", "Désabonnement : STOP", "STOP pour se désinscrire", "Responda BAJA", "Rispondi STOP",
      "Stuur STOP", "Reply\194\160STOP to\194\160end", "STOPALL to end" } do
      assert.is_true(opt_out.is_in(text), text)
    end
  end)

  it("takes no other stop for it", function()
    for _, text in ipairs {
      "", "Sale", "A non-stop sale", "NON-STOP SALE", "NON STOP", "NON\226\128\145STOP", "STOPPING at nothing",
      "Stop by today", "stop by our store", "Don't STOP the party", "BUS STOP SALE", "STOP-SALE",
      "nonstop party", "We stop at nothing to send you the best", "Non-stop to end of May",
      "Text me at the end", "Sale ends tonight. End", "Stop. Look. Reply to win", "STOP!", "Send love. STOP",
      "B2B days" } do
      assert.is_false(opt_out.is_in(text), text)
    end
  end)
end)
