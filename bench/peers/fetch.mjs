// SPDX-License-Identifier: MIT
// Node's own fetch, which keeps its connections.

const base = process.env.BENCH_URL;
const headers = {
  authorization: "Klaviyo-API-Key pk_0123456789abcdef0123456789abcdef01",
  revision: "2026-04-15.pre",
  accept: "application/vnd.api+json",
};
const include = "?include=campaign-audiences%2Ccampaign-messages%2Ccampaign-variations";

async function call(url, options = {}) {
  const answer = await fetch(url, { headers, ...options });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

const size = (value) => (typeof value === "string" ? Buffer.byteLength(value) : value == null ? 0 : 1);

function tree(campaign, index) {
  let total = size(campaign.attributes.definition.name);
  for (const a of campaign.relationships["campaign-audiences"].data) {
    const audience = index.get(a.type + a.id);
    total += size(audience.attributes.audience_name);
    for (const m of audience.relationships["campaign-messages"].data) {
      const message = index.get(m.type + m.id);
      total += size(message.attributes.name) + size(message.attributes.status);
      for (const v of message.relationships["campaign-variations"].data) {
        total += size(index.get(v.type + v.id).attributes.definition.details.channel);
      }
    }
  }
  return total;
}

const indexOf = (answer) => new Map(answer.included.map((item) => [item.type + item.id, item]));

const read = {
  names: (page) => page.data.reduce((total, c) => total + size(c.id) + size(c.attributes.definition.name), 0),
  fields(page) {
    let total = 0;
    for (const { id, attributes } of page.data) {
      const d = attributes.definition, s = d.send_settings;
      total += size(id) + size(attributes.created_at) + size(attributes.updated_at) + size(d.name) + size(d.builder) +
        size(d.archived) + size(d.color) + size(d.description) + size(s.send_timezone) + size(s.send_strategy) +
        size(s.send_passed_rltz_immediately) + size(s.exit_condition_enabled) +
        size(s.exit_condition_conversion_metric_id);
    }
    return total;
  },
  trees(page) {
    const index = indexOf(page);
    return page.data.reduce((total, campaign) => total + tree(campaign, index), 0);
  },
};

async function one(number) {
  const { data } = await call(`${base}/api/campaigns/01JXYZ1234ABCDEFGHJC${String(number).padStart(6, "0")}`);
  return size(data.id) + size(data.attributes.definition.name);
}

const message = (audience, name, details) => ({
  audience_temporary_id: audience,
  definition: { name, variations: [{ definition: { details } }] },
});
const email = () => ({
  channel: "email", subject: "L’été commence 🎉", from_email: "hello@example.com", from_label: "Café Zoë",
});
const sms = () => ({ channel: "sms", body: "Ça commence 😎" });

const newCampaign = () => ({
  data: {
    type: "campaign",
    attributes: {
      definition: {
        name: "Soldes d’été 2026 ☀️", description: "Promotion d’été, tous les canaux",
        send_settings: { send_timezone: "America/New_York", send_strategy: "STATIC" },
      },
      audiences: [
        { temporary_id: "aud_1", included: ["LIST_1"], excluded: [] },
        { temporary_id: "aud_2", included: ["LIST_2"], excluded: ["LIST_1"] },
      ],
      messages: [
        message("aud_1", "E-mail privilégiés", email()), message("aud_1", "SMS privilégiés", sms()),
        message("aud_2", "E-mail à tous", email()), message("aud_2", "SMS à tous", sms()),
      ],
    },
  },
});

const workloads = {
  async walk(what) {
    let url = `${base}/api/campaigns${what === "trees" ? `${include}&page%5Bsize%5D=20` : "?page%5Bsize%5D=100"}`;
    let pages = 0, total = 0;
    while (url) {
      const page = await call(url);
      total += read[what](page);
      pages++;
      url = page.links.next;
    }
    return [pages, total];
  },
  async get(count) {
    let total = 0;
    for (let number = 1; number <= count; number++) total += await one(number);
    return [count, total];
  },
  async together(count, width) {
    let next = 0, total = 0;
    const worker = async () => {
      while (next < count) {
        const more = await one(++next);
        total += more;
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    return [count, total];
  },
  async create(count) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const made = await call(`${base}/api/campaigns`, {
        method: "POST", headers: { ...headers, "content-type": "application/vnd.api+json" },
        body: JSON.stringify(newCampaign()),
      });
      const whole = await call(`${base}/api/campaigns/${made.data.id}${include}`);
      total += tree(whole.data, indexOf(whole));
    }
    return [count, total];
  },
  first: () => workloads.get(1),
};

const [what, ...rest] = process.argv.slice(2);
console.log("result", ...(await workloads[what](...rest.map((value) => (isNaN(value) ? value : Number(value))))));
