/** A client that may not delete, what another one cleans up, and what is put back after an attack with the first one's key. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { Adoption } from "../../../provider/engine/recovery-home/adoption.ts";
import { runHere } from "../../cli/in-process.ts";
import { runProgram } from "../../cli/run-program.ts";
import { SecondSite } from "../../conformance/servers/target-server.ts";
import { namesOf } from "../../conformance/objects/place-for-tests.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let second: SecondSite;
let site: FlowSite;
let store: string;

const kit = (): string => path.join(site.folder, "kit.json");
const placeAs = (client: string) => ({
  url: `https://127.0.0.1:${second.port}/${store}`,
  certificateAuthorityFile: second.trust.authorityFile,
  credentials: { file: second.trust.clientFile(client) },
});

beforeEach(async () => {
  second = new SecondSite(60);
  store = second.newStore();
  second.addClient("lyon", "writer-without-delete", [store]);
  second.addClient("keeper", "writer", [store]);
  await second.start();
  site = await FlowSite.make({
    flow: "S3",
    content: randomBytes(600_000),
    account: { ...placeAs("lyon"), mayDelete: false },
  });
  await site.protect();
  await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
});

afterEach(async () => {
  site.remove();
  await second.stop();
  second.remove();
});

async function cycle(): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  // Less than half of the disk: more is compared, which waits for the end of office hours.
  await disk.write(randomBytes(100_000), 0);
  await disk.flush();
  await disk.close();
  await site.engine.replicate(site.itemId(), quiet);
}

it("continues without the right to delete, and another client cleans up", async () => {
  await site.changePolicy({ instanceType: "HyperVReplicaAzure", recoveryPointHistoryDuration: 0 });
  for (let round = 0; round < 3; round += 1) await cycle();
  const count = (await site.engine.recoveryPoints(site.itemId())).length;
  expect(count).toBeGreaterThanOrEqual(4);
  expect(site.item().details.retentionFailure).toBeUndefined();
  const { url, certificateAuthorityFile, credentials } = placeAs("keeper");
  const place = [url, "--ca-file", certificateAuthorityFile, "--credentials-file", credentials.file];
  const home = path.join(site.folder, "no-home");
  const ended = await runProgram(home, "retention", ...place, "--key-file", kit(), "--json");
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(ended.stdout)).toMatchObject([
    { machines: [{ name: "web1", droppedPoints: count - 1 }] },
  ]);
  await cycle();
  const checked = await site.engine.upkeep.verify(site.ids.get("storage")!, quiet);
  expect(checked).toMatchObject({ damaged: [], soundPointCount: 2 });
  expect(second.notices.join("\n")).not.toMatch(/NotAllowed/);
});

it("gives everything back after whoever has its key has overwritten all that there is", async () => {
  await cycle();
  const good = fs.readFileSync(site.image());
  const before = new Date();
  const attacker = second.open(second.settings(store, "lyon"));
  const names = (await namesOf(attacker, "")).filter((name) => !name.startsWith("claims/"));
  for (const name of names) {
    await expect(attacker.remove([name])).rejects.toMatchObject({ code: "TargetUnreachable" });
    await attacker.put(name, randomBytes(100), "replace");
    await attacker.put(name, randomBytes(100), "replace");
  }
  expect(second.notices.join("\n")).toMatch(/lyon was refused \(POST NotAllowed\)/);
  const adopt = () => Adoption.open({ address: placeAs("keeper"), keyFiles: [kit()] });
  await expect(adopt()).rejects.toThrow();

  const restore = ["target", "restore", "--folder", second.served, "--store", store];
  const asOf = ["--as-of", before.toISOString()];
  expect(await runHere("none", ...restore, ...asOf)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Another server serves/) as string,
  });
  await second.stop();
  const dry = await runHere("none", ...restore, ...asOf, "--dry-run", "--json");
  const { objects } = JSON.parse(dry.stdout) as { objects: { name: string }[] };
  expect(objects.map(({ name }) => name).sort()).toEqual(names.sort());
  const done = await runHere("none", ...restore, ...asOf);
  expect(done).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/objects of store-1 are as at 20/) as string,
  });
  await second.start();
  const adoption = await adopt();
  expect(adoption.stores).toMatchObject([{ machines: [{ pointCount: 3 }] }]);
  const image = path.join(site.folder, "back.img");
  const { url, certificateAuthorityFile, credentials } = placeAs("keeper");
  const from = ["--from", url, "--ca-file", certificateAuthorityFile, "--credentials-file", credentials.file];
  const exported = await runProgram("none", "export", "web1", ...from, "--key-file", kit(), "--to", image);
  expect(exported, exported.stderr).toMatchObject({ code: 0 });
  expect(fs.readFileSync(image).equals(good)).toBe(true);
  // The garbage is kept as well: a moment that was wrong can be corrected.
  await second.stop();
  const after = await runHere("none", ...restore, "--as-of", before.toISOString(), "--dry-run");
  expect(after.stdout).toMatch(/objects of store-1 would be as at/);
  expect((await runHere("none", ...restore.slice(0, -1), "other", ...asOf)).stderr).toMatch(
    /no store "other"/,
  );
  expect((await runHere("none", ...restore, "--as-of", "soon")).code).toBe(2);
});
