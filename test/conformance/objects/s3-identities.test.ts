/** What identities with fewer rights can do, and how a server shows who it is. */
import { expect, it, onTestFinished } from "vitest";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import type { S3Objects } from "../../../provider/drivers/objects-s3/s3-objects.ts";
import { hasOpenssl, newCertificate } from "../servers/certificates.ts";
import { startVersitygw } from "../servers/versitygw.ts";
import { contentOf, fileWith, namesOf, patterned } from "./place-for-tests.ts";
import { adminOfServer, newBucket, openS3, rootKey, useS3Server } from "./s3-place.ts";

useS3Server();

const onBucket = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketObjectLockConfiguration"];
const onObjects = [
  "s3:GetObject",
  "s3:PutObject",
  "s3:AbortMultipartUpload",
  "s3:GetObjectRetention",
  "s3:PutObjectRetention",
];

/** Opens the bucket as several identities; each may do what a writer may, and what is given for it. */
async function openAs(settings: S3Settings, more: readonly (readonly string[])[]): Promise<S3Objects[]> {
  const users = await Promise.all(more.map(() => rootKey().newUser()));
  const Statement = users.flatMap(({ accessKeyId }, index) => {
    const actions = [...onBucket, ...onObjects, ...more[index]!];
    const isOnBucket = (action: string): boolean => /Bucket/.test(action);
    const grant = (Action: string[], Resource: string) => ({
      Effect: "Allow",
      Principal: { AWS: [accessKeyId] },
      Action,
      Resource: `arn:aws:s3:::${settings.bucket}${Resource}`,
    });
    return [
      grant(actions.filter(isOnBucket), ""),
      grant(
        actions.filter((action) => !isOnBucket(action)),
        "/*",
      ),
    ];
  });
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await adminOfServer().putBucketPolicy({ Bucket: settings.bucket, Policy });
  return users.map(({ accessKeyId, secretAccessKey }) =>
    openS3(settings, { environment: { KEY: `${accessKeyId}:${secretAccessKey}` } }),
  );
}

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
