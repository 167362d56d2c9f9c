import { expect } from "vitest";
import { VirtualClock } from "../../provider/clock.ts";
import { Delivery } from "../../provider/dynamic/delivery.ts";
import type { EngineLink } from "../../provider/pulumi/engine-link.ts";
import { HostError } from "../../provider/dynamic/host-error.ts";
import { keptText } from "../../provider/kept-inputs.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { FakeHandler } from "./fake-handler.ts";

/** The id of the policy that `wanted` asks for. */
export const id =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg" +
  "/providers/Microsoft.RecoveryServices/vaults/v1/replicationPolicies/gold";
export const urn = "urn:pulumi:dev::proj::pulumi-nodejs:dynamic/siterecovery:ReplicationPolicy::gold";
/** What Pulumi and the resource class add to a program's arguments. */
export const own = { __provider: "exports.handler = ...", __urn: urn };

export function wanted(replicationInterval: unknown = 300): Record<string, unknown> {
  const providerSpecificInput = { instanceType: "HyperVReplicaAzure", replicationInterval };
  return {
    resourceGroupName: "rg",
    resourceName: "v1",
    policyName: "gold",
    properties: { providerSpecificInput },
  };
}

/** What is kept of arguments in the state. */
export function kept(inputs: object): string {
  return keptText(policyKind, inputs);
}

/** A delivery over a fake handler, with what it tells the engine and the homes it connects to. */
export function openDelivery(): {
  handler: FakeHandler;
  told: unknown[][];
  homes: (string | undefined)[];
  delivery: Delivery;
} {
  const handler = new FakeHandler();
  const told: unknown[][] = [];
  const homes: (string | undefined)[] = [];
  const link: EngineLink = { tell: (...words) => void told.push(words), settled: async () => undefined };
  const connect = async (_kind: unknown, home?: string): Promise<FakeHandler> => {
    homes.push(home);
    return handler;
  };
  const delivery = new Delivery(policyKind, {
    connect,
    link,
    clock: new VirtualClock(),
    declared: new Map(),
  });
  return { handler, told, homes, delivery };
}

export async function errorOf(promise: Promise<unknown>): Promise<HostError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HostError);
  return error as HostError;
}
