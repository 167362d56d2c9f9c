/** A writer that may not delete, what another identity cleans up, and what locks keep from both, with a whole engine on S3. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import type { StorageAccountInputs } from "../../../provider/kinds/storage-account.ts";
import { runProgram } from "../../cli/run-program.ts";
import { newIdentities, upkeepActions } from "../../conformance/objects/s3-identities.ts";
import { newBucket, useS3Server } from "../../conformance/objects/s3-place.ts";
import type { S3Key } from "../../conformance/servers/versitygw.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

useS3Server();

let site: FlowSite;
let isMade = false;

afterEach(() => {
  if (isMade) site.remove();
  isMade = false;
});

const textOf = ({ accessKeyId, secretAccessKey }: S3Key): string => `${accessKeyId}:${secretAccessKey}`;

async function protectAs(
  writer: S3Key,
  { bucket, endpoint }: S3Settings,
  account: Partial<StorageAccountInputs>,
): Promise<void> {
  process.env["WRITER_KEY_OF_TESTS"] = textOf(writer);
  const credentials = { environmentVariable: "WRITER_KEY_OF_TESTS" };
  const place = { url: `s3://${bucket}/replicas`, endpoint: endpoint!, credentials };
  site = await FlowSite.make({
    flow: "S3",
    content: randomBytes(600_000),
    account: { ...place, ...account },
  });
  isMade = true;
  await site.protect();
}

async function write(): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  // Less than half of the disk: more is compared, which waits for the end of office hours.
  await disk.write(randomBytes(100_000), 0);
  await disk.flush();
  await disk.close();
}

const kit = (): string => path.join(site.folder, "kit.json");

/** `siterecovery retention` on another computer, with the key and the credentials of the other identity. */
async function cleanUp(cleaner: S3Key, { bucket, endpoint }: S3Settings) {
  const file = path.join(site.folder, "cleaner.key");
  fs.writeFileSync(file, textOf(cleaner), { mode: 0o600 });
  const place = [`s3://${bucket}/replicas`, "--endpoint", endpoint!, "--credentials-file", file];
  const home = path.join(site.folder, "no-home");
  const ended = await runProgram(home, "retention", ...place, "--key-file", kit(), "--json");
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const [store] = JSON.parse(ended.stdout) as { machines: { droppedPoints: number; keptPoints: number }[] }[];
  return store!.machines;
}

it("continues without the right to delete, says who cleans up, and another identity does", async () => {
  const bucket = await newBucket();
  const [writer, cleaner] = (await newIdentities(bucket, [[], upkeepActions])) as [S3Key, S3Key];
  await protectAs(writer, bucket, { mayDelete: false });
  await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
  await site.changePolicy({ instanceType: "HyperVReplicaAzure", recoveryPointHistoryDuration: 0 });
  for (let round = 0; round < 3; round += 1) {
    await write();
    await site.engine.replicate(site.itemId(), quiet);
  }
  const count = (await site.engine.recoveryPoints(site.itemId())).length;
  expect(count).toBeGreaterThanOrEqual(4);
  expect(site.item().details).toMatchObject({ leftPoints: { count: count - 1 } });
  expect(site.item().details.retentionFailure).toBeUndefined();
  const left = site.engine.events({ limit: 100 }).filter(({ code }) => code === "RetentionLeft");
  expect(left).toMatchObject([
    { severity: "OK", description: expect.stringMatching(/siterecovery retention/) as string },
  ]);
  const { healthNotes } = await site.engine.viewItem(site.itemId());
  expect(healthNotes.filter(({ code }) => code.startsWith("Retention"))).toEqual([]);

  expect(await cleanUp(cleaner, bucket)).toMatchObject([
    { name: "web1", droppedPoints: count - 1, keptPoints: 0 },
  ]);
  expect(await site.engine.recoveryPoints(site.itemId())).toHaveLength(1);
  await write();
  await site.engine.replicate(site.itemId(), quiet);
  const checked = await site.engine.upkeep.verify(site.ids.get("storage")!, quiet);
  expect(checked).toMatchObject({ damaged: [], soundPointCount: 2 });
});

it("keeps locked recovery points from both identities, through commit and the end of protection", async () => {
  const bucket = await newBucket({ retentionLock: "compliance" });
  const [writer, cleaner] = (await newIdentities(bucket, [upkeepActions, upkeepActions])) as [S3Key, S3Key];
  await protectAs(writer, bucket, { retentionLock: "compliance" });
  await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
  await site.changePolicy({ instanceType: "HyperVReplicaAzure", recoveryPointHistoryDuration: 1 });
  for (let round = 0; round < 2; round += 1) {
    await write();
    await site.engine.replicate(site.itemId(), quiet);
  }
  const { locks } = await site.engine.upkeep.verify(site.ids.get("storage")!, quiet);
  const locked = locks![0]!.points.filter(({ lockedUntil }) => lockedUntil !== undefined);
  expect(locked.length).toBeGreaterThanOrEqual(2);
  for (const { lockedUntil } of locked) expect(lockedUntil).toBeGreaterThan(Date.now() + 3_500_000);
  const before = await site.engine.recoveryPoints(site.itemId());
  expect(await cleanUp(cleaner, bucket)).toMatchObject([{ droppedPoints: expect.any(Number) as number }]);
  const after = await site.engine.recoveryPoints(site.itemId());
  for (const { id } of locked) expect(after.map((point) => point.id)).toContain(id);
  expect(before.length).toBeGreaterThanOrEqual(after.length);

  await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
  const said: string[] = [];
  await site.engine.moves.commit(site.itemId(), { report: (line) => void said.push(line) });
  expect(said.join("\n")).toMatch(/unused recovery points? stays?: the first retention lock ends at \d{4}-/);
  for (const { id } of locked) {
    expect((await site.engine.recoveryPoints(site.itemId())).map((point) => point.id)).toContain(id);
  }
});

it("finds out when the account is declared that a bucket takes no locks", async () => {
  const bucket = await newBucket();
  const [writer] = (await newIdentities(bucket, [upkeepActions])) as [S3Key];
  await expect(protectAs(writer, bucket, { retentionLock: "compliance" })).rejects.toMatchObject({
    code: "InvalidInput",
    message: expect.stringMatching(/has no Object Lock/) as string,
  });
});
