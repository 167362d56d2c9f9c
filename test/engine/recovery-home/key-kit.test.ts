/** A copy of the keys is worth having only if the keys open the replicas. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "../../../provider/engine/engine.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
beforeEach(async () => {
  site = await FlowSite.make({ flow: "S3", content: randomBytes(256 * 1024) });
  await site.protect();
});
afterEach(() => site.remove());

const home = (): string => path.join(site.folder, "home");
const kit = (): string => path.join(site.folder, "safe", "kit.json");
const keyFiles = (): string[] =>
  fs
    .readdirSync(path.join(home(), "keys"))
    .flatMap((name) => (name.endsWith(".key") ? [path.join(home(), "keys", name)] : []));
const storeFolder = (): string => {
  const storage = path.join(home(), "storage");
  return path.join(storage, fs.readdirSync(storage)[0]!);
};

describe("copies of the keys", () => {
  const notices = async (): Promise<string> => (await site.engine.recoveryHome.notices()).join();
  const reopen = async (): Promise<void> => {
    site.engine.close();
    site.useEngine(await openEngine({ home: home() }));
  };

  it.each<[string, (key: Buffer) => Buffer | undefined]>([
    ["other bytes", () => randomBytes(64)],
    ["a cut key", (key) => key.subarray(0, 16)],
    ["an empty file", () => Buffer.alloc(0)],
    ["no file", () => undefined],
  ])("are not made of what does not open the replicas: %s", async (_what, change) => {
    const [keyFile] = keyFiles();
    const key = fs.readFileSync(keyFile!);
    for (const isReopened of [false, true]) {
      if (isReopened) await reopen();
      const changed = change(key);
      if (changed === undefined) fs.rmSync(keyFile!);
      else fs.writeFileSync(keyFile!, changed);
      await expect(() => site.engine.recoveryHome.exportKeys(kit(), { overwrite: false })).rejects.toThrow(
        /No key was exported: .*\.key (is gone|does not open them)\. Put the\s+right one back/,
      );
      expect(fs.existsSync(kit())).toBe(false);
      fs.writeFileSync(keyFile!, key);
      expect(await notices()).toMatch(/No copy of the key/);
    }
    expect(await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false })).toMatchObject([
      { isChecked: true },
    ]);
    expect(await notices()).toBe("");
  });

  it("of replicas that are away are made, said not to be checked, and asked for again", async () => {
    const folder = storeFolder();
    fs.renameSync(folder, `${folder}.away`);
    const [exported] = await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
    expect(exported).toMatchObject({ isChecked: false });
    expect(fs.existsSync(folder)).toBe(false);
    fs.renameSync(`${folder}.away`, folder);
    expect(await notices()).toMatch(/No copy of the key/);
    await site.engine.recoveryHome.exportKeys(kit(), { overwrite: true });
    expect(await notices()).toBe("");
  });
});
