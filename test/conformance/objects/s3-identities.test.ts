/** What identities with fewer rights can do, and how a server shows who it is. */
import { expect, it, onTestFinished } from "vitest";
import type { S3Objects } from "../../../provider/drivers/objects-s3/s3-objects.ts";
import { hasOpenssl, newCertificate } from "../servers/certificates.ts";
import { startVersitygw } from "../servers/versitygw.ts";
import { contentOf, fileWith, namesOf, patterned } from "./place-for-tests.ts";
import { openAs } from "./s3-identities.ts";
import { adminOfServer, newBucket, openS3, useS3Server } from "./s3-place.ts";

useS3Server();

it("writes as an identity that may not remove, and removes as another one", async () => {
  const settings = await newBucket({ retentionLock: "compliance", prefix: "p" });
  const [writer, hider, upkeep] = (await openAs(settings, [
    [],
    ["s3:DeleteObject"],
    ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"],
  ])) as [S3Objects, S3Objects, S3Objects];
  for (const name of ["one", "two", "three"]) await writer.put(name, Buffer.from(name), "ifAbsent");
  await writer.put("big", fileWith(patterned(33 * 1_048_576)), "ifAbsent");
  await writer.put("one", Buffer.from("again"), "replace");
  await writer.sweep("");
  const instant = (await writer.now()) + 3_600_000;
  await writer.put("locked", Buffer.from("x"), "ifAbsent", { lockedUntil: instant });
  await writer.lockUntil("three", instant);
  await expect(writer.remove(["one"])).rejects.toMatchObject({ code: "TargetUnreachable" });
  expect(await contentOf(writer, "one")).toBe("again");

  const versions = async (Key: string): Promise<number> => {
    const found = await adminOfServer().listObjectVersions({ Bucket: settings.bucket, Prefix: `p/${Key}` });
    return found.Versions?.length ?? 0;
  };
  // Who may not remove versions leaves them: the object is gone, and can be had back.
  await hider.remove(["two"]);
  expect(await versions("two")).toBe(1);
  await upkeep.remove(["one"]);
  expect(await versions("one")).toBe(0);
  for (const identity of [writer, hider, upkeep]) {
    await expect(identity.remove(["locked"])).rejects.toMatchObject({ code: "InUse" });
    expect(await namesOf(identity, "")).toEqual(["big", "locked", "three"]);
  }
});

it.skipIf(!hasOpenssl)("knows a server by the certificate of its own authority, and no other", async () => {
  const certificate = newCertificate();
  const server = await startVersitygw(certificate);
  onTestFinished(() => server.stop());
  const endpoint = `https://127.0.0.1:${server.port}`;
  const environment = { KEY: `${server.accessKeyId}:${server.secretAccessKey}` };
  const settings = { bucket: "some", endpoint, credentials: { environmentVariable: "KEY" } };
  const stranger = openS3(settings, { environment });
  await expect(stranger.get("one")).rejects.toMatchObject({
    code: "TargetUnreachable",
    message: expect.stringMatching(/The certificate of .* cannot be trusted/) as string,
  });
  const { certificateAuthorityFile } = certificate;
  const friend = openS3({ ...settings, certificateAuthorityFile }, { environment });
  await expect(friend.get("one")).rejects.toThrow(/There is no bucket at s3:\/\/some/);
});
