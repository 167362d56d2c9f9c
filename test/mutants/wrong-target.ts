/** Promises of a target at another site, broken: who may do what, what a put that comes twice does, what an answer means. */
import { faultsIn, type Mutant } from "./mutant.ts";

const access = ["test/target-server/access.test.ts"];
const requests = ["test/target-server/requests.test.ts"];
const faults = ["test/conformance/objects/https-faults.test.ts"];
const power = ["test/power-loss/served-store.test.ts"];

export const wrongTarget: readonly Mutant[] = [
  ...faultsIn("provider/target-server/served-store.ts", faults, {
    "served-own-put": [
      `if (before === "own") {`,
      `if (before === null) {`,
      "a recovery point at another site whose answer got lost is there, and counts as another writer's",
    ],
    "served-late-put": [
      `if (before === "other") return "lost";`,
      ``,
      "a request that comes late overwrites what was put after it",
    ],
    "served-link": [
      `if (this.#files.exists(filePath)) return this.#files.realPath(filePath) === filePath;`,
      `if (this.#files.exists(filePath)) return true;`,
      "a link in a served folder shows and changes files outside of it",
      requests,
    ],
    "served-store-made": [
      `if (!isThere) throw new RequestRefused("NoStore", "There is no such store.");`,
      ``,
      "replicas are written beside the disk of the second site that is not mounted",
      access,
    ],
    "served-former-lost": [
      `if (keepsFormer && found !== undefined) await this.#keep(name, number);`,
      ``,
      "whoever has the key of a client that may not delete overwrites what cannot be had back",
      access,
    ],
    "served-receipt": [
      `this.#receipts.write(number, bodyPath);`,
      ``,
      "after a power cut of the second site a put that comes again counts as another writer's",
      power,
    ],
  }),
  ...faultsIn("provider/target-server/receive-body.ts", requests, {
    "served-digest": [
      `if (digestHeader(sha256) !== digest)`,
      `if (sha256 === null)`,
      "a body that the line has changed is acknowledged",
    ],
  }),
  ...faultsIn("provider/target-server/access.ts", access, {
    "served-beyond": [
      `if (!isWithin(client, path)) throw notAllowed("The client may not use this store, or these objects of it.");`,
      ``,
      "a site reads and overwrites the replicas of another one",
    ],
    "served-removal": [
      `if (action === "remove" && client.rights === "writer-without-delete" && !name.startsWith(claims)) {`,
      `if (client === null) {`,
      "whoever has the key of a client that may not delete removes the replicas",
    ],
    "served-revoked": [
      `if (state !== this.#state) {`,
      `if (this.#state === undefined) {`,
      "a client that was shut out goes on until the server is started again",
    ],
  }),
  ...faultsIn("provider/drivers/objects-https/https-objects.ts", ["test/conformance/objects/https.test.ts"], {
    "https-another-state": [
      'const headers = { range, "if-match": `"${facts.tag}"` };',
      "const headers = { range };",
      "parts of two objects are read as one",
    ],
    "https-lost-claim": [
      `await claim?.check().catch((error: unknown) => {
        throw new OwnFailure(error);
      });`,
      ``,
      "a process that woke up puts objects into a replica that another one writes",
    ],
  }),
];
