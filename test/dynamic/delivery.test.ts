import { CheckFailure } from "../../provider/handlers/handler.ts";
import { Notice } from "../../provider/handlers/notice.ts";
import { said } from "../../provider/message.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { errorOf, id, openDelivery, own, urn, wanted } from "./open-delivery.ts";

let { delivery, handler, homes, told } = openDelivery();

beforeEach(() => {
  ({ delivery, handler, homes, told } = openDelivery());
});

describe("configure", () => {
  test("siterecovery:home is the engine's home; without it the usual one is used", async () => {
    await delivery.check({}, wanted());
    const config = { get: (key: string) => (key === "siterecovery:home" ? "/data/engine" : undefined) };
    await delivery.configure({ config: config as never });
    await delivery.check({}, wanted());
    expect(homes).toEqual([undefined, "/data/engine"]);
  });
});

describe("check", () => {
  test("hands the handler the arguments alone and Pulumi all that it gave", async () => {
    const news = { ...wanted(), ...own };
    expect(await delivery.check({}, news)).toEqual({ inputs: news, failures: [] });
    expect(handler.asked).toEqual([{ call: "check", wanted: wanted() }]);
  });

  test("a path goes into the sentence, since Pulumi would show <nil> as its value", async () => {
    handler.failures = [
      new CheckFailure("policyName", said`is no name`),
      new CheckFailure("properties.groups[1].groupType", said`'Bot' is not one of Boot`),
    ];
    expect((await delivery.check({}, wanted())).failures).toEqual([
      { property: "policyName", reason: "is no name" },
      { property: "", reason: "properties.groups[1].groupType: 'Bot' is not one of Boot" },
    ]);
  });

  test("an engine that cannot be opened is a failure for people", async () => {
    const error = new SiteRecoveryError("WrongKey", "The key is wrong. Set the right one.");
    handler.trouble = { call: "check", when: "before", error };
    expect((await delivery.check({}, wanted())).failures).toEqual([
      { property: "", reason: "The key is wrong. Set the right one." },
    ]);
  });
});

describe("diff", () => {
  const state = (last: object, rest: object = {}): Record<string, unknown> => ({
    name: "gold",
    __inputs: last,
    ...own,
    ...rest,
  });

  test("compares with what the program wanted last time, not with what is live", async () => {
    const answer = await delivery.diff(id, state(wanted(300)), { ...wanted(300), ...own });
    expect(answer).toEqual({ changes: false, replaces: [], deleteBeforeReplace: true });
    expect(handler.asked).toEqual([{ call: "diff", last: wanted(300), wanted: wanted(300) }]);
  });

  test("a change of the text alone is recorded by an update, so that the next one is told from it", async () => {
    const answer = await delivery.diff(id, state(wanted(300)), wanted(900));
    expect(answer.changes).toBe(true);
  });

  test("drift and notices are told under the resource, with its name", async () => {
    const property = "properties.providerSpecificInput.replicationInterval";
    handler.answer = {
      changes: [
        { property, from: 900, to: 300, cause: "drift" },
        { property: "properties.x", from: undefined, to: "y", cause: "program" },
      ],
      replaces: [],
      notices: [new Notice("info", said`gold fails over: planned`)],
    };
    expect((await delivery.diff(id, state(wanted()), { ...wanted(), ...own })).changes).toBe(true);
    const drifted =
      "gold: replicationInterval has drifted: it is 900, the program says 300; an update sets it back";
    expect(told).toEqual([
      [urn, "warning", drifted],
      [urn, "info", "gold fails over: planned"],
    ]);
  });

  test("a replacement that keeps its id makes room first; one with another id does not", async () => {
    handler.answer = {
      changes: [{ property: "policyName", from: "gold", to: "x", cause: "program" }],
      replaces: ["policyName"],
      notices: [],
    };
    const replace = async (change: object): Promise<unknown> =>
      (await delivery.diff(id, state(wanted()), { ...wanted(), ...change })).deleteBeforeReplace;
    expect(await replace({ properties: {} })).toBe(true);
    expect(await replace({ resourceGroupName: "RG" })).toBe(true);
    expect(await replace({ resourceName: unknownValue })).toBe(true);
    expect(await replace({ policyName: "silver" })).toBe(false);
  });

  test("what a failed update attempted is what the way back is compared with", async () => {
    const kept = state(wanted(300), { __attempted: wanted(900) });
    await delivery.diff(id, kept, wanted(900));
    await delivery.diff(id, kept, wanted(300));
    expect(handler.asked.map(({ last }) => last)).toEqual([wanted(300), wanted(900)]);
  });

  test("an error of ours shows once, and without a stack", async () => {
    handler.trouble = {
      call: "diff",
      when: "before",
      error: new SiteRecoveryError("IoFailed", "The disk is gone."),
    };
    const error = await errorOf(delivery.diff(id, state(wanted()), wanted()));
    expect(error.message).toBe("The disk is gone.");
    expect(`${error}: ${error.stack}`).toBe(": ");
    expect(error.id).toBeUndefined();
  });

  test("a defect keeps its stack", async () => {
    const error = new TypeError("x is undefined");
    handler.trouble = { call: "diff", when: "before", error };
    await expect(delivery.diff(id, state(wanted()), wanted())).rejects.toBe(error);
  });
});
