// SPDX-License-Identifier: MIT
// The official SDK, klaviyo-api@23. Its models are those of the single-channel campaigns: of the answers it keeps what
// it knows (id, timestamps) and drops the rest, a name within `definition` too. So it reads less than the others do,
// and cannot make the campaign that they make.
//
//   node sdk.mjs FOLDER ...   the folder that has node_modules/klaviyo-api

import { createRequire } from "node:module";
import path from "node:path";

const [folder, what, ...rest] = process.argv.slice(2);
const { ApiKeySession, CampaignsApi } = createRequire(path.resolve(folder, "package.json"))("klaviyo-api");

const api = new CampaignsApi(new ApiKeySession("pk_0123456789abcdef0123456789abcdef01"));
api.basePath = process.env.BENCH_URL;

async function one(number) {
  const { body } = await api.getCampaign(`01JXYZ1234ABCDEFGHJC${String(number).padStart(6, "0")}`);
  return body.data.id.length;
}

const workloads = {
  async walk() {
    let pages = 0, total = 0, pageCursor;
    do {
      const { body } = await api.getCampaigns("equals(messages.channel,'email')", { pageCursor });
      for (const campaign of body.data) total += campaign.id.length + String(campaign.attributes.createdAt).length;
      pages++;
      const next = body.links.next;
      pageCursor = next ? new URL(next).searchParams.get("page[cursor]") : undefined;
    } while (pageCursor);
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
  first: () => workloads.get(1),
};

console.log("result", ...(await workloads[what](...rest.map((value) => (isNaN(value) ? value : Number(value))))));
