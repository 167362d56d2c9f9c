/**
 * Version-level immutability of a real account, which no emulator has. Runs if SITERECOVERY_AZURE_LIVE_URL names a container
 * (`azblob://account/container`) that has it; the identity is that of `az login` or of this computer.
 */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AzureBlobObjects } from "../../../provider/drivers/objects-azure-blob/azure-blob-objects.ts";
import type { AzureBlobSettings } from "../../../provider/drivers/objects-azure-blob/settings.ts";
import { placeOfAddress } from "../../../provider/store-address.ts";

const url = process.env["SITERECOVERY_AZURE_LIVE_URL"];

describe.skipIf(url === undefined)("a container of a real account", () => {
  const open = (): AzureBlobObjects =>
    new AzureBlobObjects(
      placeOfAddress({ url: url!, retentionLock: "governance" }).settings as AzureBlobSettings,
    );

  it("keeps a locked blob until its time, makes locks longer, and lets it go then", async () => {
    const objects = open();
    const name = `live/${randomBytes(8).toString("hex")}`;
    const instant = (await objects.now()) + 30_000;
    await objects.put(name, Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
    expect(await objects.lockedUntil(name)).toBeGreaterThanOrEqual(instant - 1000);
    await expect(objects.remove([name])).rejects.toMatchObject({ code: "InUse" });
    await expect(objects.put(name, Buffer.from("y"), "replace")).rejects.toMatchObject({ code: "InUse" });
    await objects.lockUntil(name, instant - 10_000);
    expect(await objects.lockedUntil(name)).toBeGreaterThanOrEqual(instant - 1000);
    await objects.lockUntil(name, instant + 15_000);
    expect(await objects.lockedUntil(name)).toBeGreaterThanOrEqual(instant + 14_000);
    await expect.poll(() => objects.lockedUntil(name), { timeout: 90_000, interval: 2000 }).toBeUndefined();
    await objects.remove([name]);
    expect(await objects.facts(name)).toBeUndefined();
  });
});
