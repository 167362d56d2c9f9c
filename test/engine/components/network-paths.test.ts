import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { type PathNeed, requirePath } from "../../../provider/engine/components/network-paths.ts";
import type { EngineParts } from "../../../provider/engine/engine-parts.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import type { SiteRecoveryError } from "../../../provider/errors.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { NetworkPathInputs } from "../../../provider/kinds/network-path.ts";
import { putThing } from "../../../provider/store/things.ts";
import { quiet, Site } from "../fixture.ts";

const minute = 60_000;
const fabricId =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/replicationFabrics/rome";
let folder: string;
let parts: EngineParts;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-paths-"));
  parts = openParts({ home: folder });
  putThing(parts.store, fabricId, "fabric", { properties: { customDetails: { instanceType: "VMware" } } }, 0);
});
afterEach(() => {
  parts.store.close();
  fs.rmSync(folder, { recursive: true });
});

function declare(name: string, inputs: Partial<NetworkPathInputs>): void {
  const path = { fabricName: "rome", purpose: "replication", connection: "PublicEndpoint", ...inputs };
  putThing(parts.store, `${fabricId}/networkPaths/${name}`, "network-path", path, 0);
}

/** What keeps it from passing, as code and message; nothing when it passes. */
function problem(need: Partial<PathNeed> = {}): { code: string; message: string } | undefined {
  try {
    requirePath(parts, { fabricId, purpose: "replication", ...need });
    return undefined;
  } catch (error) {
    const { code, message } = error as SiteRecoveryError;
    return { code, message };
  }
}

describe("the path of replication", () => {
  it("[V2A-4] needs 443 and the data port, and a closed one is a recoverable error that names it", () => {
    declare("line", { closedPorts: [80, 9443] });
    expect(problem()).toEqual({
      code: "TargetUnreachable",
      message:
        "No network path carries the replication from the site rome to Microsoft Azure: line: port 9443 (data to " +
        "the process server) is closed. Open it again; the work resumes where it stopped.",
    });
    declare("line", { closedPorts: [443] });
    expect(problem()?.message).toMatch(/line: port 443 \(management and the target\) is closed/);
    declare("line", { closedPorts: [9443], dataPort: 9500 });
    expect(problem()).toBeUndefined();
    declare("line", { closedPorts: [9500], dataPort: 9500 });
    expect(problem()?.message).toMatch(/port 9500 \(data to the process server\) is closed/);
  });

  it("needs 20004 where machines agree on a point, and is cut as a whole", () => {
    declare("line", { closedPorts: [20004] });
    expect(problem()).toBeUndefined();
    expect(problem({ isMultiVm: true })?.message).toMatch(/port 20004 \(between the machines of a/);
    declare("line", { connected: false });
    expect(problem()?.message).toMatch(/line: it is cut\./);
  });

  it("is open where none is declared, and one of several is enough", () => {
    expect(problem()).toBeUndefined();
    declare("one", { connected: false });
    declare("two", {});
    expect(problem()).toBeUndefined();
    declare("two", { closedPorts: [443] });
    expect(problem()?.message).toMatch(/one: it is cut; two: port 443/);
  });

  it("to another site is another path", () => {
    declare("line", { connected: false });
    expect(problem({ recoveryFabricName: "milan" })).toBeUndefined();
    declare("lan", { connected: false, connection: "Lan", recoveryFabricName: "Milan" });
    expect(problem({ recoveryFabricName: "milan" })?.message).toMatch(
      /from the site rome to milan: lan: it is cut/,
    );
  });
});

describe("the way back", () => {
  it("[V2F-6] needs a declared VPN or ExpressRoute", () => {
    declare("line", {});
    expect(problem({ purpose: "failback", isDeclared: true })).toMatchObject({
      code: "PrerequisitesNotMet",
      message: expect.stringMatching(/needs a VPN or ExpressRoute from Microsoft Azure, and none/) as string,
    });
    declare("vpn", { purpose: "failback", connection: "SiteToSiteVpn" });
    expect(problem({ purpose: "failback" })).toBeUndefined();
    declare("vpn", { purpose: "failback", connection: "SiteToSiteVpn", connected: false });
    expect(problem({ purpose: "failback" })?.code).toBe("TargetUnreachable");
  });
});

describe("a protected machine behind a closed port", () => {
  it("[V2A-4] does not replicate, is retried after a minute, and goes on when the port is open", async () => {
    const clock = new VirtualClock();
    const site = await Site.make({ clock });
    try {
      await site.protect();
      const handler = handlerOf("network-path", site.engine);
      const { fabricName, resourceGroupName, resourceName } = site.item;
      const line = {
        ...{ resourceGroupName, resourceName, fabricName, networkPathName: "line" },
        ...{ purpose: "replication", connection: "PublicEndpoint", closedPorts: [443] },
      };
      const { id } = await handler.create(line, quiet);
      const before = (await site.engine.recoveryPoints(site.itemId)).length;
      await expect(site.engine.replicate(site.itemId, quiet)).rejects.toThrow(/line: port 443/);
      expect(site.engine.findItem(site.itemId)?.details.replicationError).toMatchObject({
        code: "TargetUnreachable",
        attempt: 1,
        retryAt: clock.now() + minute,
      });
      expect(await site.engine.recoveryPoints(site.itemId)).toHaveLength(before);
      await handler.update(id, line, { ...line, closedPorts: [] }, quiet);
      await site.engine.replicate(site.itemId, quiet);
      expect(await site.engine.recoveryPoints(site.itemId)).toHaveLength(before + 1);
      expect(site.engine.findItem(site.itemId)?.details.replicationError).toBeUndefined();
    } finally {
      site.remove();
    }
  });
});
