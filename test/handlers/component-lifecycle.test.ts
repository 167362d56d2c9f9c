import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
  await place.register();
  place.folderOf("inventory", ["web1", "web2"]);
  place.folderOf("inventory-2", ["web1"]);
  place.folderOf("storage");
  place.folderOf("storage-2");
});
afterEach(() => place.remove());

interface Life {
  readonly kind: KindName;
  /** Arguments; a value that begins with `$` is a folder. */
  readonly inputs: Record<string, unknown>;
  /** What an update changes, and the paths that it is told of. */
  readonly change: Record<string, unknown>;
  readonly changed: readonly string[];
  readonly made: object;
  readonly updated: object;
  /** One mistake and what is said of it. */
  readonly mistake: readonly [wrong: Record<string, unknown>, property: string, reason: RegExp];
}

const lives: readonly Life[] = [
  {
    kind: "host",
    inputs: {
      ...sites.paris,
      hostName: "hv1",
      protectionContainerName: "gold",
      inventoryFolder: "$inventory",
    },
    change: { inventoryFolder: "$inventory-2", recoveryServicesAgentInstalled: false },
    changed: ["inventoryFolder", "recoveryServicesAgentInstalled"],
    made: { connectionStatus: "Connected", health: "Normal", machineCount: 2 },
    updated: { connectionStatus: "Connected", health: "Warning", machineCount: 1 },
    mistake: [{ inventoryFolder: 7 }, "inventoryFolder", /7 is not a string/],
  },
  {
    kind: "vcenter",
    inputs: {
      ...sites.rome,
      vcenterName: "vc1",
      inventoryFolder: "$inventory",
      properties: { ipAddress: "10.0.0.4", runAsAccountId: "reader" },
    },
    change: { properties: { friendlyName: "Rome", ipAddress: "vc1.example.org", port: "8443" } },
    changed: [
      "properties.friendlyName",
      "properties.ipAddress",
      "properties.port",
      "properties.runAsAccountId",
    ],
    made: { friendlyName: "vc1", discoveryStatus: "Completed", discoveredMachineCount: 2, healthErrors: [] },
    updated: { friendlyName: "Rome", discoveryStatus: "Completed", fabricArmResourceName: "rome" },
    mistake: [{ properties: { port: "70000" } }, "properties.port", /a port from 1 to 65535 is wanted/],
  },
  {
    kind: "master-target",
    inputs: { ...sites.rome, masterTargetName: "mt1", storageFolder: "$storage" },
    change: { storageFolder: "$storage-2" },
    changed: ["storageFolder"],
    made: { friendlyName: "mt1", health: "Normal" },
    updated: { friendlyName: "mt1", health: "Normal" },
    mistake: [
      { storagefolder: "x" },
      "storagefolder",
      /'storageFolder' is given as well: leave this one out/,
    ],
  },
  {
    kind: "process-server",
    inputs: { ...sites.rome, processServerName: "ps1", cacheFolder: "$storage" },
    change: {
      cacheFolder: "$storage-2",
      cacheLimitMebibytes: 128,
      bandwidth: { limitKilobitsPerSecond: 512 },
    },
    changed: ["bandwidth.limitKilobitsPerSecond", "cacheFolder", "cacheLimitMebibytes"],
    made: { friendlyName: "ps1", health: "Normal" },
    updated: { friendlyName: "ps1", health: "Normal" },
    mistake: [
      { bandwidth: { limitKilobitsPerSecond: 100 } },
      "bandwidth.limitKilobitsPerSecond",
      /100 is out of range: 512 or more; the nearest legal value is 512/,
    ],
  },
  {
    kind: "vm-network",
    inputs: {
      ...sites.paris,
      networkName: "production",
      logicalNetworkName: "backbone",
      protectionContainerName: "gold",
    },
    change: { logicalNetworkName: "edge" },
    changed: ["logicalNetworkName"],
    made: { friendlyName: "production", fabricType: "VMM", networkMapped: false },
    updated: { friendlyName: "production" },
    mistake: [{ networkName: "a/b" }, "networkName", /holds no slash/],
  },
  {
    kind: "storage-classification",
    inputs: { ...sites.paris, storageClassificationName: "silver", folder: "$storage" },
    change: { folder: "$storage-2" },
    changed: ["folder"],
    made: { friendlyName: "silver", health: "Normal" },
    updated: { friendlyName: "silver", health: "Normal" },
    mistake: [{ folder: "" }, "folder", /is empty/],
  },
  {
    kind: "network-path",
    inputs: { ...sites.rome, networkPathName: "line", purpose: "replication", connection: "PublicEndpoint" },
    change: { connection: "ExpressRoutePublicPeering", closedPorts: [9443] },
    changed: ["closedPorts", "connection"],
    made: { health: "Normal", requiredPorts: [443, 9443], reason: "" },
    updated: { health: "Critical", reason: "port 9443 (data to the process server) is closed" },
    mistake: [{ dataPort: 0 }, "dataPort", /0 is out of range: 1 to 65535/],
  },
];

const withFolders = (inputs: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === "string" && value.startsWith("$") ? place.folderOf(value.slice(1)) : value,
    ]),
  );

describe("the life of a component", () => {
  it.each(lives)("$kind: made once, compared, read, updated, and gone twice", async (life) => {
    const handler = place.handler(life.kind);
    const inputs = withFolders(life.inputs);
    expect(await handler.check(inputs)).toEqual([]);
    const { id, outputs } = await handler.create(inputs, quiet);
    expect(outputs).toMatchObject({ properties: life.made });
    expect((await handler.create(inputs, quiet)).id).toBe(id);
    expect(await handler.diff(id, inputs, inputs)).toEqual({ changes: [], replaces: [], notices: [] });

    const wanted = { ...inputs, ...withFolders(life.change) };
    const { changes, replaces } = await handler.diff(id, inputs, wanted);
    expect(changes.map(({ property }) => property).toSorted()).toEqual(life.changed);
    expect(changes.map(({ cause }) => cause)).toEqual(life.changed.map(() => "program"));
    expect(replaces).toEqual([]);
    await handler.update(id, inputs, wanted, quiet);
    expect(await place.outputs(life.kind, id)).toMatchObject(life.updated);
    expect((await handler.diff(id, wanted, wanted)).changes).toEqual([]);

    await handler.delete(id, quiet);
    await handler.delete(id, quiet);
    expect(await handler.read(id)).toBeUndefined();
  });

  it.each(lives)("$kind: one mistake is told once", async ({ kind, inputs, mistake }) => {
    const [wrong, property, reason] = mistake;
    const failures = await place.handler(kind).check({ ...withFolders(inputs), ...wrong });
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) as string }]);
  });

  it.each(lives)("$kind: needs its fabric, and moves to another one by a replacement", async (life) => {
    const handler = place.handler(life.kind);
    const inputs = withFolders(life.inputs);
    const elsewhere = { ...inputs, fabricName: "oslo" };
    await expect(handler.create(elsewhere, quiet)).rejects.toMatchObject({ code: "MissingReference" });
    const { id } = await handler.create(inputs, quiet);
    expect((await handler.diff(id, inputs, elsewhere)).replaces).toEqual(["fabricName"]);
  });

  it.each(lives)("$kind: values that a preview does not know pass", async ({ kind, inputs }) => {
    const unknown = Object.fromEntries(Object.keys(inputs).map((key) => [key, unknownValue]));
    expect(await place.handler(kind).check(unknown)).toEqual([]);
  });
});
