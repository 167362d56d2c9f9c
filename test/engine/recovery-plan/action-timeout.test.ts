import { describe, expect, it } from "vitest";
import { timeoutSecondsOf } from "../../../provider/engine/recovery-plan/action-timeout.ts";
import { checkSchema } from "../../../provider/handlers/check-schema.ts";

/** What the schema of recovery plans says of a timeout. */
function schemaSays(timeout: string): string[] {
  const customDetails = {
    instanceType: "ScriptActionDetails",
    path: "a.sh",
    fabricLocation: "Primary",
    timeout,
  };
  const action = {
    actionName: "a",
    failoverTypes: ["PlannedFailover"],
    failoverDirections: ["PrimaryToRecovery"],
    customDetails,
  };
  return checkSchema("recovery-plan", {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    properties: {
      primaryFabricId: "/subscriptions/s/fabric",
      recoveryFabricId: "Microsoft Azure",
      groups: [{ groupType: "Boot", startGroupActions: [action] }],
    },
  }).map(({ reason }) => reason);
}

describe("the timeout of a script", () => {
  it.each([
    ["PT5M", 300],
    ["PT1H30M", 5400],
    ["P1DT1S", 86_401],
    ["90", 90],
  ])("%s is %d seconds, for engine and schema", (text, seconds) => {
    expect(timeoutSecondsOf(text)).toBe(seconds);
    expect(schemaSays(text)).toEqual([]);
  });

  it.each(["", "P", "PT", "5 minutes", "-1", "PT1.5H", "1e3", "pt5m"])("%j is refused by both", (text) => {
    expect(() => timeoutSecondsOf(text)).toThrow(/neither a duration such as PT5M nor a number of seconds/);
    expect(schemaSays(text)).toHaveLength(1);
  });

  it("is half an hour where the step says none", () => {
    expect(timeoutSecondsOf(undefined)).toBe(1800);
  });
});
