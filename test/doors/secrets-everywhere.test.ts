/**
 * A secret of any type in any argument, through both doors: nothing that is said or kept in plain has it, or a text
 * that was made from it.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { Delivery } from "../../provider/dynamic/delivery.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { ProviderSession } from "../../provider/plugin/provider-session.ts";
import { ResourceService } from "../../provider/plugin/resource-service.ts";
import { DoorFailure, type Values } from "./door.ts";
import { secret, toStruct } from "./plugin-client.ts";
import { PolicyWorld } from "./policy-world.ts";
import { type Place, placesOf, withValue } from "./secret-places.ts";

let world: PolicyWorld;
beforeAll(async () => void (world = await PolicyWorld.open()));
afterAll(() => world.close());

/** What a door said of arguments, and what it keeps of them in plain. */
interface Answer {
  readonly text: string;
  readonly isRefused: boolean;
}

interface Case {
  readonly kind: KindName;
  readonly place: Place;
  readonly value: unknown;
}

/** All that people may read of an error. */
function textOf(error: unknown): string {
  if (error instanceof Error) return `${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`;
  const { details, metadata } = error as { details: string; metadata?: { toJSON(): unknown } };
  return `${details} ${JSON.stringify(metadata?.toJSON() ?? "")}`;
}

/** A message's values without those that Pulumi's engine encrypts. */
function inPlain(value: unknown): string {
  const signature = "4dabf18193072939515e22adb298388d";
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && signature in inner ? "hidden" : inner,
  );
}

type Calls = "check" | "all";

async function throughPlugin({ kind, place, value }: Case, calls: Calls = "all"): Promise<Answer> {
  const said: string[] = [];
  const news = toStruct(withValue(kind, place, secret(value)));
  const urn = `urn:pulumi:dev::proj::siterecovery:index:${kinds[kind].className}::it`;
  const service = new ResourceService(new ProviderSession(world.surroundings));
  const request = new messages.CheckRequest().setUrn(urn).setOlds(toStruct({})).setNews(news);
  const checked = await service.check(request);
  for (const failure of checked.getFailuresList())
    said.push(`${failure.getProperty()}: ${failure.getReason()}`);
  const isRefused = said.length > 0;
  said.push(inPlain(checked.getInputs()!.toJavaScript()));
  if (calls === "check" || isRefused) return { text: said.join("\n"), isRefused };
  try {
    const create = new messages.CreateRequest().setUrn(urn).setProperties(checked.getInputs());
    const made = await service.create(create);
    said.push(inPlain(made.getProperties()!.toJavaScript()));
    const gone = new messages.DeleteRequest()
      .setUrn(urn)
      .setId(made.getId())
      .setProperties(made.getProperties());
    await service.delete(gone);
  } catch (error) {
    said.push(textOf(error));
  }
  return { text: said.join("\n"), isRefused };
}

/** What the resource class makes of arguments with a secret. */
function declared({ kind, place, value }: Case): Values {
  const urn = `urn:pulumi:dev::proj::pulumi-nodejs:dynamic/siterecovery:${kinds[kind].className}::it`;
  const marks = [place.keys.map(String)];
  return { ...withValue(kind, place, value), __urn: urn, __inputs: marks, __attempted: marks };
}

async function throughDynamic(one: Case, calls: Calls = "all"): Promise<Answer> {
  const said: string[] = [];
  const delivery = new Delivery(kinds[one.kind], world.surroundings);
  const news = declared(one);
  const { failures = [] } = await delivery.check({}, news);
  for (const { property, reason } of failures) said.push(`${property}: ${reason}`);
  // Pulumi creates nothing that was refused.
  if (calls === "check" || failures.length > 0)
    return { text: said.join("\n"), isRefused: failures.length > 0 };
  try {
    // What is kept is encrypted by what the class made secret.
    const { id, outs } = await delivery.create(news);
    await delivery.delete(id, { ...outs, __inputs: news["__inputs"] });
  } catch (error) {
    said.push(error instanceof DoorFailure ? error.message : textOf(error));
  }
  return { text: said.join("\n"), isRefused: failures.length > 0 };
}

const bare = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

function leavesOf(value: unknown): unknown[] {
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(leavesOf) : [value];
}

/** Texts that tell a secret: as it is, or the beginning or the end of it, whatever signs are between. */
function tellers(value: unknown): string[] {
  return leavesOf(value).flatMap((leaf) => {
    const text = bare(String(leaf));
    if (typeof leaf === "boolean" || text.length < 5) return [];
    return typeof leaf === "number" ? [text] : [text.slice(0, 7), text.slice(-7)];
  });
}

const places = kindNames.flatMap((kind) => placesOf(kind).map((place) => ({ kind, place })));

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.!/ -]{8,24}[a-z0-9]$/);
const name = fc.stringMatching(/^q[a-z0-9]{10}x$/);
/** Of eight digits: fewer are found by chance in times and ids. */
const number = fc.oneof(
  fc.integer({ min: 10_000_000, max: 99_999_999 }),
  fc.integer({ max: -10_000_000, min: -99_999_999 }),
);
const leaf = fc.oneof(word, name, number, fc.boolean());
const value = fc.oneof(
  { weight: 6, arbitrary: leaf },
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.stringMatching(/^k[a-z0-9]{10}$/), leaf, { minKeys: 1, maxKeys: 3 }),
);

test("a secret name is warned of, since Pulumi keeps ids in the clear", async () => {
  world.told.length = 0;
  const place = { keys: ["vaultName"], around: [] };
  for (const through of [throughPlugin, throughDynamic])
    await through({ kind: "vault", place, value: "quiet-harbour" }, "check");
  const warning = expect.stringMatching(/^warning: vaultName is secret and part of the id/) as string;
  expect(world.told).toEqual([warning, warning]);
});

describe.each([
  ["the plugin", throughPlugin],
  ["dynamic resources", throughDynamic],
] as const)("through %s", (_door, through) => {
  test("nothing tells a secret, whatever it is and wherever it is given", async () => {
    let refused = 0;
    const property = fc.asyncProperty(fc.constantFrom(...places), value, async (where, one) => {
      world.told.length = 0;
      const { text, isRefused } = await through({ ...where, value: one });
      const all = [text, ...world.told].join("\n");
      const keys = one !== null && typeof one === "object" && !Array.isArray(one) ? Object.keys(one) : [];
      for (const teller of [...tellers(one), ...keys]) expect(bare(all)).not.toContain(teller);
      if (isRefused) refused += 1;
    });
    await fc.assert(property, { numRuns: 200 });
    expect(refused).toBeGreaterThan(50);
  });

  test("no advice is made from a secret, and a legal word beside it stays whole", async () => {
    const advice = /did you mean|for example|nearest legal|without quotes|use at most/;
    for (const where of places) {
      for (const one of ["HyperVReplicaAzur", "Quiet_Harbour_9", "10.0.0.1/16", "300", 4711, -1]) {
        const { text } = await through({ ...where, value: one }, "check");
        const place = `${where.kind} ${where.place.keys.join(".")}: ${one}`;
        expect(text, place).not.toMatch(/\[secret\]\w|\w\[secret\]/);
        const lines = text.split("\n").filter((line) => line.includes("[secret]"));
        expect(lines.join("\n"), place).not.toMatch(advice);
      }
    }
  });
});
