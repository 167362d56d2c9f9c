import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { DoorFailure } from "../doors/door.ts";
import { PluginDoor } from "../doors/plugin-door.ts";
import { policy, PolicyWorld } from "../doors/policy-world.ts";
import { Stack } from "../doors/stack.ts";

let world: PolicyWorld;
let door: PluginDoor;
let stack: Stack;

beforeEach(async () => {
  world = await PolicyWorld.open();
  door = await PluginDoor.open(world);
  stack = new Stack(door);
});
afterEach(() => {
  door.close();
  world.close();
});

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
  test("stops work that goes on, and keeps what was begun for the next update", async () => {
    await stack.up(policy());
    const begun = untilStopped();
    const up = stack.up(policy(900));
    const outcome = expect(up).rejects.toThrow(/^Stopped by the user\. .* `pulumi up` resumes it/);
    await begun;
    await door.client.call("cancel", new empty.Empty());
    await outcome;
    expect(stack.resource!.initErrors).toHaveLength(1);
    // What was waiting its turn is not begun any more.
    await expect(stack.up(policy(900))).rejects.toThrow(DoorFailure);
    world.pause = undefined;
    door.close();
    door = await PluginDoor.open(world);
    const again = new Stack(door);
    again.resource = stack.resource;
    expect(await again.up(policy(900))).toBe("update");
    expect(world.interval()).toBe(900);
  });
});

test("The signal by which Pulumi ends a run ends the plugin at once, when no work goes on", async () => {
  const main = fileURLToPath(new URL("../../provider/plugin/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  expect(port.toString()).toMatch(/^\d+\n$/);
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});

describe("customTimeouts", () => {
  test("stop work that takes longer, and say which option allows more", async () => {
    // Time passes as soon as somebody sleeps on this clock.
    door.timeoutSeconds = 420;
    void untilStopped();
    const up = stack.up(policy());
    await expect(up).rejects.toThrow(
      /^gold took longer than the 420 seconds that customTimeouts\.create allows/,
    );
    expect(stack.resource).toBeUndefined();
  });
});
