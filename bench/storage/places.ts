/** Where the bench keeps replicas: a folder, and real servers on loopback that keep what they have on the same disk. */
import { randomBytes } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import type { ObjectsAddress } from "../../provider/store-address.ts";
import { newContainer, startAzurite } from "../../test/conformance/servers/azurite.ts";
import { startVersitygw } from "../../test/conformance/servers/versitygw.ts";

export interface Servers {
  /** A new, empty place of each kind. Credentials are in this process's environment, for its children as well. */
  newPlaces(): Promise<{ readonly S3: ObjectsAddress; readonly Azurite: ObjectsAddress }>;
  readonly s3Port: number;
  /** What restic is given: a repository in a bucket of its own, and its environment. */
  newRepository(): Promise<{ readonly url: string; readonly env: Readonly<Record<string, string>> }>;
  stop(): Promise<void>;
}

const keyVariable = "S3_KEY_OF_BENCH";

export async function startServers(): Promise<Servers> {
  const [s3, azurite] = await Promise.all([startVersitygw(), startAzurite()]);
  const { accessKeyId, secretAccessKey, port } = s3;
  process.env[keyVariable] = `${accessKeyId}:${secretAccessKey}`;
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId, secretAccessKey };
  const admin = new S3({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  const newBucket = async (): Promise<string> => {
    const bucket = `b${randomBytes(6).toString("hex")}`;
    await admin.createBucket({ Bucket: bucket });
    return bucket;
  };
  return {
    s3Port: port,
    newPlaces: async () => {
      const settings = {
        bucket: await newBucket(),
        endpoint,
        credentials: { environmentVariable: keyVariable },
      };
      return {
        S3: { driver: "s3", settings },
        Azurite: { driver: "azure-blob", settings: await newContainer(azurite) },
      };
    },
    newRepository: async () => ({
      url: `s3:${endpoint}/${await newBucket()}`,
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    }),
    stop: async () => {
      admin.destroy();
      await Promise.all([s3.stop(), azurite.stop()]);
    },
  };
}

/** The same place, reached through another port. */
export function throughPort(place: ObjectsAddress, port: number): ObjectsAddress {
  return { ...place, settings: { ...(place.settings as object), endpoint: `http://127.0.0.1:${port}` } };
}
