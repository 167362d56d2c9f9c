/**
 * Records the conversation of a look at the inventory with vcsim: `node test/vsphere/record-conversation.ts`. It writes
 * conversations/inventory.json, which tests replay where vcsim is not there.
 */
import fs from "node:fs";
import https from "node:https";
import { readVsphereInventory } from "../../provider/engine/inventory/vsphere-inventory.ts";
import { startVcsim } from "../conformance/servers/vcsim.ts";
import { answerWith, type Exchange } from "./recorded-conversation.ts";

const vcsim = await startVcsim({ machines: 1 });
const exchanges: Exchange[] = [];
let session: string | undefined;

function forward(envelope: string): Promise<Omit<Exchange, "request">> {
  return new Promise((resolve, reject) => {
    const headers = { soapaction: "urn:vim25/6.5", ...(session === undefined ? {} : { cookie: session }) };
    const address = { host: "127.0.0.1", port: vcsim.port, path: "/sdk", rejectUnauthorized: false };
    const forwarded = https.request({ ...address, method: "POST", headers }, (response) => {
      void Array.fromAsync(response as AsyncIterable<Buffer>).then((pieces) => {
        const [cookie] = response.headers["set-cookie"] ?? [];
        session ??= cookie;
        const answer = Buffer.concat(pieces).toString("utf8");
        resolve({ status: response.statusCode!, ...(cookie === undefined ? {} : { cookie }), answer });
      });
    });
    forwarded.on("error", reject);
    forwarded.end(envelope.replace(/<password>.*<\/password>/, `<password>${passwordOfVcsim}</password>`));
  });
}

const passwordOfVcsim = vcsim.password.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const between = await answerWith(async (request, envelope) => {
  const named = envelope.replace(/<userName>.*<\/userName>/, `<userName>${vcsim.userName}</userName>`);
  const exchange = { request, ...(await forward(named)) };
  exchanges.push(exchange);
  return exchange;
});
await readVsphereInventory(between.settings);
await between.stop();
await vcsim.stop();
const file = new URL("conversations/inventory.json", import.meta.url);
fs.mkdirSync(new URL(".", file), { recursive: true });
fs.writeFileSync(file, `${JSON.stringify(exchanges, undefined, 2)}\n`);
process.stdout.write(`${exchanges.length} exchanges\n`);
