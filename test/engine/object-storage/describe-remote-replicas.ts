/** What an engine does whose replicas are in object storage, on a real server. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { type Engine, openEngine } from "../../../provider/engine/engine.ts";
import { Adoption } from "../../../provider/engine/recovery-home/adoption.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { StoreAddress } from "../../../provider/store-address.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

export interface RemotePlace extends StoreAddress {
  /** What may be nowhere but where the address says. */
  readonly secrets: readonly string[];
  /** A container or bucket that is not there. */
  readonly missingUrl: string;
}

let site: FlowSite;

async function write(at: number, bytes = 5000): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(bytes), at);
  await disk.flush();
  await disk.close();
}

const home = (): string => path.join(site.folder, "home");
const kit = (): string => path.join(site.folder, "safe", "kit.json");

async function exported(engine: Engine): Promise<Buffer> {
  const toPath = path.join(site.folder, "out.img");
  await engine.points.export(
    { itemId: site.itemId(), recoveryPoint: "latest", toPath, overwrite: true },
    quiet,
  );
  return fs.readFileSync(toPath);
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

export function describeRemoteReplicas(title: string, newPlace: () => Promise<RemotePlace>): void {
  describe(title, () => {
    let place: RemotePlace;
    const addressOf = ({ secrets: _secrets, missingUrl: _missing, ...address }: RemotePlace): StoreAddress =>
      address;

    async function protect(): Promise<void> {
      place = await newPlace();
      site = await FlowSite.make({ flow: "S3", content: randomBytes(3_000_000), account: addressOf(place) });
      await site.protect();
    }
    afterEach(() => site.remove());

    it("are made, kept up to date, verified and compacted, and nothing of them is in the home", async () => {
      await protect();
      for (let round = 0; round < 4; round += 1) {
        await write(round * 65_536, 200_000);
        const { bytesSent } = (await site.engine.replicate(site.itemId(), quiet))!;
        expect(bytesSent).toBeLessThan(500_000);
      }
      expect((await exported(site.engine)).equals(fs.readFileSync(site.image()))).toBe(true);
      const checked = await site.engine.upkeep.verify(site.ids.get("storage")!, quiet);
      expect(checked).toMatchObject({ damaged: [], pointCount: 6, soundPointCount: 6 });
      expect(fs.existsSync(path.join(home(), "storage"))).toBe(false);
      for (const file of filesBelow(site.folder)) {
        const bytes = fs.readFileSync(file);
        for (const secret of place.secrets) expect(bytes.includes(secret), file).toBe(false);
      }
      expect(filesBelow(home()).filter((file) => file.includes("spool"))).toEqual([]);
    });

    it("are what a drill and a failover start from, and the way back leads through them", async () => {
      await protect();
      const { engine } = site;
      const drill = await handlerOf("drill", engine).create(
        {
          resourceGroupName: "dr",
          resourceName: "dr-vault",
          drillName: "drill-web1",
          protectedItemId: site.itemId(),
          networkId: site.ids.get("drill network")!,
        } as never,
        quiet,
      );
      const { folder } = site.item().details.testMachine!;
      expect(fs.readFileSync(path.join(folder, "os.img")).equals(fs.readFileSync(site.image()))).toBe(true);
      await handlerOf("drill", engine).delete(drill.id, quiet);
      await write(1_000_000);
      const before = fs.readFileSync(site.image());
      await engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
      expect(fs.readFileSync(site.replica()).equals(before)).toBe(true);
      await engine.moves.commit(site.itemId(), quiet);
    });

    it("bring everything back on an empty machine, by the URL and a copy of the key", async () => {
      await protect();
      await write(70_000);
      await site.engine.replicate(site.itemId(), quiet);
      const things = site.engine.listThings({}).map(({ id, inputs }) => ({ id, inputs }));
      await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
      site.engine.close();
      fs.renameSync(home(), path.join(site.folder, "old-home"));
      const adoption = await Adoption.open({ address: addressOf(place), keyFiles: [kit()] });
      expect(adoption.stores).toMatchObject([{ place: place.url, machines: [{ pointCount: 3 }] }]);
      expect(await adoption.rebuild(home())).toEqual([]);
      const engine = await openEngine({ home: home() });
      site.useEngine(engine);
      expect(engine.listThings({}).map(({ id, inputs }) => ({ id, inputs }))).toEqual(things);
      expect((await exported(engine)).equals(fs.readFileSync(site.image()))).toBe(true);
      await write(200_000);
      expect(await engine.replicate(site.itemId(), quiet)).toMatchObject({ bytesChanged: 65_536 });
      // The engine that was lost comes back: it writes nothing, and says why.
      const former = await openEngine({ home: path.join(site.folder, "old-home") });
      try {
        for (let attempt = 0; attempt < 2; attempt += 1) {
          await expect(former.replicate(site.itemId(), quiet)).rejects.toMatchObject({
            code: "ResyncRequired",
            message: expect.stringMatching(/another engine writes to it/) as string,
          });
        }
      } finally {
        former.close();
      }
      expect(await engine.recoveryPoints(site.itemId())).toHaveLength(4);
    });

    it("are reached in the way of the machine that adopts them, and say that the program is to be changed", async () => {
      await protect();
      await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
      site.engine.close();
      const file = path.join(site.folder, "credentials");
      fs.writeFileSync(file, place.secrets[0]!, { mode: 0o600 });
      const other = { ...addressOf(place), credentials: { file } };
      const adoption = await Adoption.open({ address: other, keyFiles: [kit()] });
      const rebuilt = path.join(site.folder, "rebuilt");
      const { environmentVariable } = place.credentials!;
      const key = process.env[environmentVariable!];
      // On a machine that lacks the variable the settings of the program lead nowhere.
      delete process.env[environmentVariable!];
      try {
        expect(await adoption.rebuild(rebuilt)).toEqual([
          "replicas is reached in another way now: change the program too",
        ]);
        const engine = await openEngine({ home: rebuilt });
        site.useEngine(engine);
        expect(engine.findThing(site.ids.get("storage")!)!.inputs).toMatchObject(other);
        expect((await exported(engine)).equals(fs.readFileSync(site.image()))).toBe(true);
      } finally {
        process.env[environmentVariable!] = key;
      }
    });

    it("are refused under a wrong key, in a container that is not there, and for two accounts", async () => {
      await protect();
      const account = { resourceGroupName: "dr", kind: "StorageV2", sku: { name: "Standard_LRS" } };
      const make = (name: string, change: Partial<StoreAddress>) =>
        handlerOf("storage-account", site.engine).create(
          { ...account, ...addressOf(place), accountName: name, ...change },
          quiet,
        );
      await expect(make("second", {})).rejects.toMatchObject({ code: "AlreadyExists", property: "url" });
      await expect(make("third", { url: place.missingUrl })).rejects.toMatchObject({
        code: "TargetUnreachable",
      });
      await expect(
        make("fourth", {
          url: place.missingUrl,
          credentials: { environmentVariable: "THERE_IS_NONE" },
        }),
      ).rejects.toMatchObject({ code: "InvalidInput" });
      fs.mkdirSync(path.dirname(kit()));
      fs.writeFileSync(kit(), randomBytes(32).toString("hex"));
      await expect(Adoption.open({ address: addressOf(place), keyFiles: [kit()] })).rejects.toMatchObject({
        code: "WrongKey",
      });
    });
  });
}
