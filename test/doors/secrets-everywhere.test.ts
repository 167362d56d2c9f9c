/**
 * A secret of any type in any argument, through both doors: nothing that is said or kept in plain has it, or a text
 * that was made from it.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { idNames } from "../../provider/arm-id.ts";
import { Delivery } from "../../provider/dynamic/delivery.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { ProviderSession } from "../../provider/plugin/provider-session.ts";
import { ResourceService } from "../../provider/plugin/resource-service.ts";
import { DoorFailure, type Values } from "./door.ts";
import { secret, toStruct } from "./plugin-client.ts";
import { PolicyWorld } from "./policy-world.ts";
import { bare, inPlain, secretValue, tellers } from "./secret-values.ts";
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
  return { ...withValue(kind, place, value), __urn: urn, __secrets: [place.keys.map(String)] };
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
    await delivery.delete(id, outs as Values);
  } catch (error) {
    said.push(error instanceof DoorFailure ? error.message : textOf(error));
  }
  return { text: said.join("\n"), isRefused: failures.length > 0 };
}

const places = kindNames.flatMap((kind) => placesOf(kind).map((place) => ({ kind, place })));

test("a secret name is refused, since Pulumi keeps ids in the clear", async () => {
  for (const kind of kindNames)
    for (const argument of idNames(kinds[kind]))
      for (const through of [throughPlugin, throughDynamic]) {
        const one = { kind, place: { keys: [argument], around: [] }, value: "quiet-harbour" };
        const { text, isRefused } = await through(one, "check");
        expect(isRefused, `${kind} ${argument}`).toBe(true);
        expect(text).toContain(`: ${argument}: is secret and becomes a part of the id`);
        expect(bare(text)).not.toContain("quietharbour");
      }
});

describe.each([
  ["the plugin", throughPlugin],
  ["dynamic resources", throughDynamic],
] as const)("through %s", (_door, through) => {
  test("nothing tells a secret, whatever it is and wherever it is given", async () => {
    let refused = 0;
    const property = fc.asyncProperty(fc.constantFrom(...places), secretValue, async (where, one) => {
      world.told.length = 0;
      const { text, isRefused } = await through({ ...where, value: one });
      const all = [text, ...world.told].join("\n");
      for (const teller of tellers(one)) expect(bare(all)).not.toContain(teller);
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
