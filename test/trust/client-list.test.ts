import fc from "fast-check";
import { expect, it } from "vitest";
import {
  allRights,
  type Client,
  formatClients,
  isWithin,
  parseClients,
} from "../../provider/trust/client-list.ts";

const fingerprint = Array.from({ length: 32 }, (_, index) => index.toString(16).padStart(2, "0")).join(":");
const part = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,6}$/).filter((text) => !/--|-$/.test(text));
const someClient = fc.record({
  name: part,
  rights: fc.constantFrom(...allRights),
  within: fc.array(
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    { maxLength: 3 },
  ),
  fingerprint: fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString("hex").toUpperCase().match(/../g)!.join(":")),
});

it("reads what it has written", () => {
  fc.assert(
    fc.property(fc.array(someClient), (clients: Client[]) => {
      expect(parseClients(formatClients(clients), "clients.txt")).toEqual(clients);
    }),
  );
});

it("takes comments, empty lines and lower-case fingerprints", () => {
  const text = `# all\n\n  web   reader  a,b/c   ${fingerprint} # until spring\r\n`;
  expect(parseClients(text, "f")).toEqual([
    { name: "web", rights: "reader", within: ["a", "b/c"], fingerprint: fingerprint.toUpperCase() },
  ]);
});

it.each([
  "web",
  `web reader * ${fingerprint} more`,
  `web owner * ${fingerprint}`,
  `web reader ../a ${fingerprint}`,
  `web reader a, ${fingerprint}`,
  `web reader * ${fingerprint.slice(3)}`,
  `Web reader * ${fingerprint}`,
])("refuses the whole list for the line %s", (line) => {
  const text = `web reader * ${fingerprint}\n${line}\n`;
  expect(() => parseClients(text, "/trust/clients.txt")).toThrow(
    /^Line 2 of \/trust\/clients\.txt is no client/,
  );
});

it("lets a client use what its prefixes name, and nothing beside it", () => {
  const within = ["replicas", "other/machines"];
  for (const path of ["replicas", "replicas/a", "other/machines", "other/machines/b"]) {
    expect(isWithin({ within }, path), path).toBe(true);
  }
  for (const path of ["replicas-2", "other", "other/machines2", "a", ""]) {
    expect(isWithin({ within }, path), path).toBe(false);
  }
  expect(isWithin({ within: [] }, "anything")).toBe(true);
});
