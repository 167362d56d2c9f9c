import { randomBytes } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { S3Objects } from "../../../provider/drivers/objects-s3/s3-objects.ts";
import type { S3Settings } from "../../../provider/drivers/objects-s3/settings.ts";
import type { RemotePorts } from "../../../provider/drivers/remote-ports.ts";
import { type FaultProxy, startFaultProxy } from "../fault-proxy.ts";
import { type S3Server, startVersitygw } from "../servers/versitygw.ts";

let server: S3Server;
let admin: S3;

/** Has an S3 server for the tests of a file. */
export function useS3Server(): void {
  beforeAll(async () => {
    server = await startVersitygw();
    const { accessKeyId, secretAccessKey } = server;
    admin = new S3({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    // It may have to be built.
  }, 1_800_000);

  afterAll(async () => {
    admin.destroy();
    await server.stop();
  });
}

/** Whoever may do everything on the server. */
export function adminOfServer(): S3 {
  return admin;
}

export function rootKey(): S3Server {
  return server;
}

/** A new bucket; with Object Lock if the settings have a retention lock. */
export async function newBucket(settings: Partial<S3Settings> = {}): Promise<S3Settings> {
  const bucket = `b${randomBytes(6).toString("hex")}`;
  const ObjectLockEnabledForBucket = settings.retentionLock !== undefined;
  await admin.createBucket({ Bucket: bucket, ObjectLockEnabledForBucket });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return { bucket, endpoint, credentials: { environmentVariable: "KEY" }, ...settings };
}

export function openS3(settings: S3Settings, ports: RemotePorts = {}): S3Objects {
  const environment = { KEY: `${server.accessKeyId}:${server.secretAccessKey}` };
  const objects = new S3Objects(settings, { environment, pageSize: 20, ...ports });
  onTestFinished(() => objects.close());
  return objects;
}

/** The same bucket twice: behind a proxy with faults, and directly. Faults are not for what finds out about the server. */
export async function behindFaults(
  faultOf: Parameters<typeof startFaultProxy>[1],
  ports: RemotePorts = {},
): Promise<{ objects: S3Objects; direct: S3Objects; proxy: FaultProxy; settings: S3Settings }> {
  const settings = await newBucket();
  let number = 0;
  const proxy = await startFaultProxy(server.port, (request) => {
    if (request.url?.includes("_conditions") === true) return undefined;
    number += 1;
    return faultOf(request, number);
  });
  onTestFinished(() => proxy.stop());
  const objects = openS3({ ...settings, endpoint: `http://127.0.0.1:${proxy.port}` }, ports);
  return { objects, direct: openS3(settings), proxy, settings };
}
