/** Where the replica of a machine in a VMM cloud is kept: on the storage class that its own is mapped to (S6). */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const content = randomBytes(4 * 65_536);
const paris = (): string => path.join(site.folder, "paris", "slow");
const london = (): string => path.join(site.folder, "london", "fast");

async function make(options: { class?: string; mapped?: boolean } = {}): Promise<void> {
  const machine = options.class === undefined ? {} : { storageClassification: options.class };
  site = await FlowSite.make({ flow: "S6", content, machine });
  for (const [fabricName, name, where] of [
    ["london", "fast", site.at("london", "fast")],
    ["paris", "slow", site.at("paris", "slow")],
  ] as const) {
    const inputs = { ...vault, fabricName, storageClassificationName: name, folder: where };
    await site.declare(name, "storage-classification", inputs);
  }
  if (options.mapped === false) return;
  await site.declare("class mapping", "storage-classification-mapping", {
    ...vault,
    fabricName: "london",
    storageClassificationName: "fast",
    storageClassificationMappingName: "fast-to-slow",
    properties: { targetStorageClassificationId: site.ids.get("slow") },
  });
}

/** Whether a store of replicas is in a folder. */
const holds = (folder: string): boolean => fs.existsSync(path.join(folder, "store.key"));
const onHost = (name: "london" | "paris"): string => path.join(site.folder, name, "hv1", ".replicas");
const classInFile = (image: string): unknown => {
  const text = fs.readFileSync(path.join(path.dirname(image), "machine.yaml"), "utf8");
  return (parse(text) as { storageClassification?: string }).storageClassification;
};
const failOver = (): Promise<unknown> =>
  site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);

describe("a machine on storage of a mapped class", () => {
  it("[SEC-3] has its replica on the class of the other side, out and back, and nowhere else", async () => {
    await make({ class: "FAST" });
    await site.protect();
    expect(site.item().details.replicaStoreId).toBe(site.ids.get("slow"));
    expect([holds(paris()), holds(onHost("paris"))]).toEqual([true, false]);
    await failOver();
    // Out there its storage is of the class that took it.
    expect(classInFile(site.replica())).toBe("slow");
    await site.engine.moves.commit(site.itemId(), quiet);
    expect(site.item().details.reverse?.replicaStoreId).toBe(site.ids.get("fast"));
    expect([holds(london()), holds(onHost("london"))]).toEqual([true, false]);
    const replica = site.hash(site.replica());
    await failOver();
    expect(site.hash(site.image())).toBe(replica);
    expect(classInFile(site.image())).toBe("FAST");
  });

  it("keeps both classes from being deleted", async () => {
    await make({ class: "fast" });
    await site.protect();
    const mapping = site.ids.get("class mapping")!;
    await handlerOf("storage-classification-mapping", site.engine).delete(mapping, quiet);
    const gone = handlerOf("storage-classification", site.engine).delete(site.ids.get("slow")!, quiet);
    await expect(gone).rejects.toThrow(/slow cannot be deleted: it is in use by protected item web1/i);
  });

  it("is refused while that folder is gone", async () => {
    await make({ class: "fast" });
    fs.rmSync(paris(), { recursive: true });
    await expect(site.protect()).rejects.toThrow(
      /web1 cannot be protected: the storage classification slow of paris is to take its replica, and its folder/,
    );
  });
});

it("a machine on an unmapped class, or on none, has its replica with the host", async () => {
  await make({ class: "fast", mapped: false });
  await site.protect();
  expect([holds(paris()), holds(onHost("paris"))]).toEqual([false, true]);
  await failOver();
  expect(classInFile(site.replica())).toBeUndefined();
  site.remove();
  await make();
  await site.protect();
  expect([holds(paris()), holds(onHost("paris"))]).toEqual([false, true]);
});

it("a class that nobody declared is refused by its name, with those that there are", async () => {
  await make({ class: "fsat" });
  await expect(site.protect()).rejects.toThrow(
    /its disks are on storage of the class "fsat", and london has only fast\. Declare a StorageClassification/,
  );
  expect(site.engine.findItem(site.itemId())).toBeUndefined();
});

it("a host that keeps a replica is not deleted from under it", async () => {
  await make();
  await site.protect();
  const gone = handlerOf("host", site.engine).delete(site.ids.get("second host")!, quiet);
  await expect(gone).rejects.toThrow(/hv1 cannot be deleted: it is in use by protected item web1/i);
});

it("a replica that its mapping no longer leads to stays where it is, and its health says so until the mapping is back", async () => {
  await make({ class: "fast" });
  await site.protect();
  const notes = async (): Promise<string[]> =>
    (await site.engine.viewItem(site.itemId())).healthNotes
      .filter(({ code }) => code === "ReplicaOnOtherStorage")
      .map(({ severity, text }) => `${severity}: ${text}`);
  expect(await notes()).toEqual([]);
  const id = site.ids.get("class mapping")!;
  const mappings = handlerOf("storage-classification-mapping", site.engine);
  const { inputs } = (await mappings.read(id))!;
  await mappings.delete(id, quiet);
  expect(await notes()).toEqual([expect.stringMatching(/^Warning: its replica is still on slow, while /)]);
  expect(site.item().details.replicaStoreId).toBe(site.ids.get("slow"));
  await mappings.create(inputs, quiet);
  expect(await notes()).toEqual([]);
});
