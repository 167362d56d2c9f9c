import { beforeEach, describe, expect, test } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { errorOf, id, kept, openDelivery, own, urn, wanted } from "./open-delivery.ts";

let { delivery, handler, told } = openDelivery();

beforeEach(() => {
  ({ delivery, handler, told } = openDelivery());
});

describe("create", () => {
  test("keeps the outputs and what was wanted; shows progress under the resource", async () => {
    const made = await delivery.create({ ...wanted(), ...own });
    expect(made.id).toBe(id);
    expect(made.outs).toEqual({
      name: "gold",
      type: policyKind.armType,
      properties: { friendlyName: "gold" },
      __inputs: kept(wanted()),
      __urn: urn,
    });
    expect(told).toEqual([[urn, "info", "creating", "passing"]]);
  });

  test("one that failed before anything was made leaves nothing in the state", async () => {
    const failure = new SiteRecoveryError("MissingReference", "There is no vault v1.");
    handler.trouble = { call: "create", when: "before", error: failure };
    const error = await errorOf(delivery.create(wanted()));
    expect(error).toMatchObject({ message: "There is no vault v1.", id: undefined, reasons: undefined });
  });

  test("one that stopped half way stays in the state with its reason", async () => {
    const failure = new SiteRecoveryError("TargetUnreachable", "The target is away. Run pulumi up again.");
    handler.trouble = { call: "create", when: "after", error: failure };
    const error = await errorOf(delivery.create({ ...wanted(), ...own }));
    expect(error.id).toBe(id);
    expect(error.reasons).toEqual(["The target is away. Run pulumi up again."]);
    expect(error.properties).toMatchObject({ name: "gold", __inputs: kept(wanted()), __urn: urn });
  });

  test("a defect half way stays in the state too, with its stack in the reason", async () => {
    handler.trouble = { call: "create", when: "after", error: new TypeError("x is undefined") };
    const error = await errorOf(delivery.create(wanted()));
    expect(error.id).toBe(id);
    expect(error.reasons?.[0]).toMatch(/^Internal error, please report it: TypeError: x is undefined\n +at /);
  });

  test("somebody else's thing of that name is not taken into the state", async () => {
    handler.things.set(id.toLowerCase(), wanted(30));
    const failure = new SiteRecoveryError("AlreadyExists", "There is another policy gold.");
    handler.trouble = { call: "create", when: "before", error: failure };
    expect((await errorOf(delivery.create(wanted(300)))).id).toBeUndefined();
  });
});

describe("update", () => {
  const olds = { name: "gold", __inputs: wanted(300), ...own };

  beforeEach(() => void handler.things.set(id.toLowerCase(), wanted(300)));

  test("passes on last and wanted, and keeps what is wanted now", async () => {
    const { outs } = await delivery.update(id, olds, { ...wanted(900), ...own });
    expect(handler.asked).toEqual([{ call: "update", last: wanted(300), wanted: wanted(900) }]);
    expect(outs).toMatchObject({ __inputs: kept(wanted(900)), __urn: urn });
    expect(outs).not.toHaveProperty("__attempted");
  });

  test("a refusal leaves the state as it was", async () => {
    const failure = new SiteRecoveryError(
      "ActionNotAllowed",
      "The machine is in a drill. Clean it up first.",
    );
    handler.trouble = { call: "update", when: "before", error: failure };
    expect((await errorOf(delivery.update(id, olds, wanted(900)))).id).toBeUndefined();
  });

  test("one that stopped half way is tried again, and can be taken back", async () => {
    const failure = new SiteRecoveryError("JobFailed", "The failover stopped.");
    handler.trouble = { call: "update", when: "after", error: failure };
    const error = await errorOf(delivery.update(id, olds, { ...wanted(900), ...own }));
    expect(error.properties).toMatchObject({ __inputs: kept(wanted(300)), __attempted: kept(wanted(900)) });

    handler.trouble = undefined;
    await delivery.update(id, { ...error.properties }, wanted(900));
    await delivery.update(id, { ...error.properties }, wanted(300));
    expect(handler.asked.slice(1).map(({ last }) => last)).toEqual([wanted(300), wanted(900)]);
  });
});

describe("read", () => {
  const props = { name: "gold", __inputs: kept(wanted(300)), ...own };

  test("takes over what is live and keeps what the program said last", async () => {
    const live = { ...wanted(900), defaultedByTheEngine: true };
    handler.things.set(id.toLowerCase(), live);
    const answer = await delivery.read(id, props);
    expect(answer.id).toBe(id);
    expect(answer.props).toMatchObject({
      properties: { friendlyName: "gold" },
      __inputs: kept(wanted(300)),
      __urn: urn,
    });
    // These are what Pulumi shows drift with: live values of what the program speaks of, and no more.
    expect(answer.inputs).toEqual({ ...wanted(900), __urn: urn });
  });

  test("an attempt that failed is not forgotten by a refresh", async () => {
    handler.things.set(id.toLowerCase(), wanted(300));
    const answer = await delivery.read(id, { ...props, __attempted: wanted(900) });
    expect(answer.props).toMatchObject({ __attempted: kept(wanted(900)) });
  });

  test("a thing that is gone has an empty id", async () => {
    expect(await delivery.read(id, props)).toEqual({ id: "", props: {} });
  });
});

describe("delete", () => {
  test("removes the thing; gone already is fine", async () => {
    handler.things.set(id.toLowerCase(), wanted());
    await delivery.delete(id, own);
    expect(handler.things.size).toBe(0);
    const error = new SiteRecoveryError("NotFound", "There is no such policy.", { target: id });
    handler.trouble = { call: "delete", when: "before", error };
    await delivery.delete(id, own);
    expect(told).toEqual([[urn, "info", "gold was gone already"]]);
  });

  test("a refusal reaches the user, and so does something else that was not found", async () => {
    const refusal = new SiteRecoveryError("InUse", "The policy is in use by web-01.");
    handler.trouble = { call: "delete", when: "before", error: refusal };
    expect((await errorOf(delivery.delete(id, own))).message).toBe("The policy is in use by web-01.");
    const other = new SiteRecoveryError("NotFound", "The inventory folder is not there.", {
      target: "/machines",
    });
    handler.trouble = { call: "delete", when: "before", error: other };
    expect((await errorOf(delivery.delete(id, own))).message).toBe("The inventory folder is not there.");
  });
});
