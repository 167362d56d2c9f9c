/** Promises of places that keep objects, broken: conditions of a put, the claim of its writer, whole reads. */
import { faultsIn, type Mutant } from "./mutant.ts";

const folder = ["test/conformance/objects/folder.test.ts"];
const claims = ["test/conformance/claims/objects-in-folder.test.ts"];
const verification = ["test/engine/upkeep/daily-verification.test.ts"];
const azure = ["test/conformance/objects/azure-blob.test.ts"];

export const wrongObjects: readonly Mutant[] = [
  ...faultsIn("provider/drivers/objects-folder/folder-objects.ts", folder, {
    "object-over-another": [
      `if (rule === "ifAbsent") return this.#files.renameNew(from, to);`,
      `if (rule === "ifAbsent") return this.#files.rename(from, to) === undefined;`,
      "of two recovery points that are published at once under one number, one is lost",
    ],
    "object-tag": [
      `if (!this.#files.exists(to) || factsOfFile(this.#files, to, "").tag !== rule.ifTag) return false;`,
      `if (!this.#files.exists(to)) return false;`,
      "what another process has put meanwhile is overwritten",
    ],
    "object-replaced-unlocked": [
      `await (this.#lock.isThere ? this.#lock.around(place) : place());`,
      `place();`,
      "what is put between the comparison of a tag and its put is overwritten",
    ],
    "object-of-lost-claim": [
      `await claim?.check();
      const isPlaced`,
      `const isPlaced`,
      "a process that woke up puts objects into a replica that another one writes",
    ],
    "object-on-empty-mount": [
      `name !== this.#anchor &&`,
      `name === this.#anchor &&`,
      "replicas are written beside the share that went away",
    ],
  }),
  ...faultsIn("provider/drivers/objects-folder/place-file.ts", folder, {
    "object-shortened": [
      `if (source.read(piece, at) !== piece.length) throw shortened(body.path);`,
      `source.read(piece, at);`,
      "a file that was cut short is an object with zeros at its end",
    ],
  }),
  ...faultsIn("provider/replica/object-claims.ts", claims, {
    "claim-held": [
      `if (found !== undefined && (await this.#isHeld(found, name, claimMilliseconds, writer)))`,
      `if (found === null)`,
      "two processes write one replica in object storage at once",
    ],
    "claim-raced": [
      `return this.#objects.put(name, encode(note), found === undefined ? "ifAbsent" : { ifTag: found.tag });`,
      `return this.#objects.put(name, encode(note), "replace");`,
      "of two processes that claim a replica in object storage at once, both have it",
    ],
    "claim-not-asked": [
      `if (facts !== undefined && facts.tag === this.#tag) return;`,
      `if (facts !== undefined) return;`,
      "a process whose claim was taken over goes on writing to object storage",
    ],
    "claim-taken-back": [
      `this.#tag = await this.#objects.put(this.#name, encode(note), { ifTag: this.#tag });`,
      `this.#tag = await this.#objects.put(this.#name, encode(note), "replace");`,
      "a process whose claim was taken over takes it away again",
    ],
    "claim-of-another-engine": [
      `return nonce !== undefined && engineId === writer.engineId && epoch`,
      `return nonce !== undefined && epoch`,
      "a takeover takes the claim of another engine's process away",
    ],
    "pin-ignored": [
      `if (await this.#isHeld(found, name, pinMilliseconds)) {`,
      `if (found.tag === "") {`,
      "a point in object storage goes while it is restored",
    ],
  }),
  ...faultsIn("provider/drivers/objects-azure-blob/blob-conditions.ts", azure, {
    "blob-over-another": [
      `return rule === "ifAbsent" ? { ifNoneMatch: "*" } : { ifMatch: \`"\${rule.ifTag}"\` };`,
      `return rule === "ifAbsent" ? {} : { ifMatch: \`"\${rule.ifTag}"\` };`,
      "a recovery point in Azure Storage is overwritten by another one of its number",
    ],
    "blob-tag": [
      `return rule === "ifAbsent" ? { ifNoneMatch: "*" } : { ifMatch: \`"\${rule.ifTag}"\` };`,
      `return rule === "ifAbsent" ? { ifNoneMatch: "*" } : {};`,
      "what another process has put into Azure Storage meanwhile is overwritten",
    ],
  }),
  ...faultsIn("provider/drivers/read-piece.ts", azure, {
    "blob-shortened": [
      `if (file.read(bytes, start) === length) return bytes;`,
      `if (file.read(bytes, start) >= 0) return bytes;`,
      "a file that was cut short is a blob with zeros at its end",
    ],
  }),
  ...faultsIn("provider/drivers/objects-azure-blob/azure-blob-objects.ts", azure, {
    "blob-of-lost-claim": [
      `await claim?.check().catch((error: unknown) => {
        throw new OwnFailure(error);
      });
`,
      ``,
      "a process that woke up puts blobs into a replica that another one writes",
    ],
    "blob-own-put": [
      `return found?.metadata?.["put"] === number ? tagOf(found.etag) : "lost";`,
      `return "lost";`,
      "a recovery point whose answer got lost is there, and counts as another writer's",
    ],
    "blob-of-another": [
      `return found?.metadata?.["put"] === number ? tagOf(found.etag) : "lost";`,
      `return found === undefined ? "lost" : tagOf(found.etag);`,
      "a recovery point that another process has put counts as this one's, whose bytes are nowhere",
    ],
  }),
  ...faultsIn("provider/replica/upkeep/verify-store.ts", verification, {
    "damage-forgotten": [
      `if (sample === undefined) return [];`,
      `return [];`,
      "damage that was found yesterday is no alert any more, since today's part is sound",
    ],
  }),
  ...faultsIn("provider/replica/upkeep/sample.ts", verification, {
    "part-never-read": [
      `% parts === part % parts;`,
      `% parts === Math.max(1, part % parts);`,
      "a part of the replicas is never read and checked, though the service says that all is",
    ],
  }),
  ...faultsIn("provider/engine/upkeep/daily-verification.ts", verification, {
    "part-skipped": [
      `if (wasStopped) end({ holderId, dueAt: begun, part });`,
      `if (wasStopped) end({ holderId, dueAt: begun, part: part + 1 });`,
      "what a service was to check when it was stopped is not checked for a month",
    ],
  }),
];
