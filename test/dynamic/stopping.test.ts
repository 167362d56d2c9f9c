import grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onHostCancel } from "../../provider/dynamic/host-cancel.ts";
import { Delivery } from "../../provider/dynamic/delivery.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { keptText } from "../../provider/kept-inputs.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { WorkLimits } from "../../provider/pulumi/work-limits.ts";
import { PluginClient } from "../doors/plugin-client.ts";
import { policy, PolicyWorld } from "../doors/policy-world.ts";
import { errorOf, own } from "./open-delivery.ts";

let world: PolicyWorld;
let limits: WorkLimits;
let delivery: Delivery;

beforeEach(async () => {
  world = await PolicyWorld.open();
  limits = new WorkLimits(world.clock);
  delivery = new Delivery(policyKind, world.surroundings, limits);
});
afterEach(() => world.close());

/** Work that goes on until something stops it, and then says so in the engine's own words. */
function untilStopped(): Promise<void> {
  return new Promise((begun) => {
    world.pause = ({ signal }) =>
      new Promise((_resolve, reject) => {
        const words = new SiteRecoveryError("Cancelled", "The work on 4711 was cancelled.");
        signal!.addEventListener("abort", () => reject(words));
        begun();
      });
  });
}

describe("Ctrl-C", () => {
  test("stops work that goes on, keeps what was begun, and lets nothing else begin", async () => {
    const inputs = { ...policy(), ...own };
    const { id, outs } = await delivery.create(inputs);
    const begun = untilStopped();
    const update = errorOf(delivery.update(id, outs!, { ...policy(900), ...own }));
    await begun;
    limits.cancel();
    const error = await update;
    expect(error.reasons![0]).toMatch(/^Stopped by the user\. .* `pulumi up` resumes it/);
    expect(error.id).toBe(id);
    expect(error.properties).toMatchObject({ __attempted: keptText(policyKind, policy(900)) });
    const other = { ...policy(300, { policyName: "silver" }), ...own };
    expect((await errorOf(delivery.create(other))).message).toMatch(/^Stopped by the user/);
    expect(world.interval("silver")).toBeUndefined();
  });

  test("reaches the host's server as Pulumi's call, which is noticed", async () => {
    const server = new grpc.Server();
    const answering =
      (response: unknown) =>
      (_call: unknown, answer: grpc.sendUnaryData<unknown>): void =>
        answer(null, response);
    const cancel = answering(new empty.Empty());
    const getPluginInfo = answering(new pluginMessages.PluginInfo());
    const definition = providerService.ResourceProviderService as unknown as grpc.ServiceDefinition;
    server.addService(definition, { cancel, getPluginInfo } as never);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const client = new PluginClient(port);
    let count = 0;
    onHostCancel(() => (count += 1));
    await client.call("getPluginInfo", new empty.Empty());
    expect(count).toBe(0);
    await client.call("cancel", new empty.Empty());
    expect(count).toBe(1);
    client.close();
    server.forceShutdown();
  });
});

describe("customTimeouts", () => {
  const timeouts = { __timeouts: { create: "7m", delete: "90s" } };

  test("stop work that takes longer, and say which option allows more", async () => {
    // Time passes as soon as somebody sleeps on this clock.
    void untilStopped();
    const error = await errorOf(delivery.create({ ...policy(), ...own, ...timeouts }));
    expect(error.message).toMatch(
      /^gold took longer than the 420 seconds that customTimeouts\.create allows/,
    );
  });

  test("stay with the resource, whose deletion is told of nothing else", async () => {
    const { id, outs } = await delivery.create({ ...policy(), ...own });
    expect(outs).not.toHaveProperty("__timeouts");
    const updated = await delivery.update(id, outs!, { ...policy(900), ...own, ...timeouts });
    expect(updated.outs).toMatchObject(timeouts);
    expect((await delivery.read(id, updated.outs!)).props).toMatchObject(timeouts);
  });

  test("are no change of the resource", async () => {
    const { id, outs } = await delivery.create({ ...policy(), ...own });
    const { changes } = await delivery.diff(id, outs!, { ...policy(), ...own, ...timeouts });
    expect(changes).toBe(false);
  });
});
