import http from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { describeFaults } from "./describe-faults.ts";
import { contentOf, fileWith, patterned } from "./place-for-tests.ts";
import { adminOfServer, behindFaults, newBucket, openS3, rootKey, useS3Server } from "./s3-place.ts";

useS3Server();

const bigBytes = 33 * 1_048_576 + 4;

async function uploadsOf(bucket: string): Promise<(string | undefined)[]> {
  const { Uploads = [] } = await adminOfServer().listMultipartUploads({ Bucket: bucket });
  return Uploads.map(({ Key }) => Key);
}

describeFaults("the driver of S3", {
  behind: behindFaults,
  // Before its first put the driver tries whether the server regards conditions.
  isOther: (request) => request.includes("_conditions"),
});

it("reads all bytes when the line breaks within them, and gives up a silent server", async () => {
  const bytes = patterned(3_000_000);
  let cuts = 0;
  const { objects, direct } = await behindFaults((request) => {
    if (request.method !== "GET" || cuts === 4) return undefined;
    cuts += 1;
    return { kind: "answerCut", afterBytes: cuts * 50_001 };
  });
  await direct.put("large", bytes, "ifAbsent");
  await direct.put("small", bytes.subarray(0, 900_000), "ifAbsent");
  expect((await objects.get("small"))?.bytes.equals(bytes.subarray(0, 900_000))).toBe(true);
  expect(cuts).toBe(4);
  cuts = 1;
  expect((await objects.get("large"))?.bytes.equals(bytes)).toBe(true);
  expect(cuts).toBe(4);
  const ports = { attemptMilliseconds: 100, deadlineMilliseconds: 300 };
  const silent = await behindFaults(() => ({ kind: "silence" }), ports);
  await expect(silent.objects.facts("one")).rejects.toMatchObject({ code: "TargetUnreachable" });
  expect(silent.proxy.requests.length).toBeGreaterThan(1);
});

it("puts what is larger than one request in parts, and leaves none behind", async () => {
  const settings = await newBucket({ prefix: "p" });
  const objects = openS3(settings);
  const bytes = patterned(bigBytes);
  const tag = await objects.put("big", fileWith(bytes), "ifAbsent");
  expect(tag).not.toBe("lost");
  expect((await objects.get("big"))?.bytes.equals(bytes)).toBe(true);
  expect(await objects.put("big", fileWith(bytes), "ifAbsent")).toBe("lost");
  expect(await objects.put("big", fileWith(bytes), { ifTag: "0".repeat(32) })).toBe("lost");
  expect(await objects.put("big", fileWith(bytes.subarray(4)), { ifTag: tag })).not.toBe("lost");
  expect(await uploadsOf(settings.bucket)).toEqual([]);
});

it("knows what it put in parts again when the answer gets lost", async () => {
  let losses = 0;
  const { objects, direct, settings } = await behindFaults((request) => {
    if (request.method !== "POST" || !/\buploadId=/.test(request.url ?? "")) return undefined;
    losses += 1;
    return losses === 1 ? { kind: "answerLost" } : undefined;
  });
  const bytes = patterned(bigBytes);
  const tag = await objects.put("big", fileWith(bytes), "ifAbsent");
  expect(losses).toBeGreaterThan(1);
  expect(await direct.facts("big")).toMatchObject({ tag, sizeBytes: bigBytes });
  expect(await uploadsOf(settings.bucket)).toEqual([]);
});

it("removes the parts of a put that fails, and sweeps those of one that was cut short", async () => {
  const { objects, direct, settings } = await behindFaults((request) =>
    /partNumber=3\b/.test(request.url ?? "") ? { kind: "status", status: 400 } : undefined,
  );
  const file = fileWith(patterned(bigBytes));
  await expect(objects.put("a/big", file, "ifAbsent")).rejects.toMatchObject({ code: "IoFailed" });
  expect(await uploadsOf(settings.bucket)).toEqual([]);
  expect(await direct.facts("a/big")).toBeUndefined();
  // What is sent again is whole.
  expect(await direct.put("a/big", file, "ifAbsent")).not.toBe("lost");

  for (const Key of ["a/cut", "a/b/cut", "ab/cut", "a/Not ours"]) {
    await adminOfServer().createMultipartUpload({ Bucket: settings.bucket, Key });
  }
  await direct.sweep("a");
  expect(await uploadsOf(settings.bucket)).toEqual(["a/Not ours", "ab/cut"]);
  await direct.sweep("");
  expect(await uploadsOf(settings.bucket)).toEqual(["a/Not ours"]);
});

const expired = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>ExpiredToken</Code><Message>canary</Message></Error>`;

it("reads credentials again once when they have expired", async () => {
  const { accessKeyId, secretAccessKey } = rootKey();
  const keys = ["AKOLD:secret:token", `${accessKeyId}:${secretAccessKey}`];
  const environment = {
    get KEY() {
      return keys.length > 1 ? keys.shift() : keys[0];
    },
  };
  const faults = (request: http.IncomingMessage) =>
    request.headers.authorization?.includes("AKOLD") === true
      ? ({
          kind: "status",
          status: 400,
          headers: { "content-type": "application/xml" },
          body: expired,
        } as const)
      : undefined;
  const { objects, direct, proxy } = await behindFaults(faults, { environment });
  await direct.put("one", Buffer.from("x"), "ifAbsent");
  expect(await contentOf(objects, "one")).toBe("x");
  expect(proxy.requests).toHaveLength(2);
  const stale = await behindFaults(faults, { environment: { KEY: "AKOLD:secret:token" } });
  const error = await stale.objects.get("one").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "TargetUnreachable" });
  expect((error as Error).message).toMatch(/refuses the credentials: it answers 400 ExpiredToken\./);
  expect(stale.proxy.requests).toHaveLength(2);
});

it("puts nothing on a server that does not regard conditions", async () => {
  const server = http.createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(200, { etag: '"1"' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const settings = {
    bucket: "some",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { environmentVariable: "KEY" },
  };
  const put = openS3(settings).put("one", Buffer.from("x"), "ifAbsent");
  await expect(put).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
});
