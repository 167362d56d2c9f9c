import { expect, it } from "vitest";
import { addressMistakes, folderOf, placeOfAddress } from "../provider/store-address.ts";

it("knows the places of all forms", () => {
  expect(folderOf(placeOfAddress({ url: "file:///mnt/the%20share" }))).toBe("/mnt/the share");
  expect(placeOfAddress({ url: "azblob://drlyon/replicas", endpoint: "https://blobs" })).toEqual({
    driver: "azure-blob",
    settings: { account: "drlyon", container: "replicas", endpoint: "https://blobs" },
  });
  expect(placeOfAddress({ url: "s3://a-bucket" })).toEqual({
    driver: "s3",
    settings: { bucket: "a-bucket" },
  });
  const credentials = { environmentVariable: "KEY" };
  for (const host of ["dr.example.org:7843", "10.0.0.7:443", "[2001:db8::7]:7843"]) {
    expect(
      placeOfAddress({ url: `https://${host}/replicas/`, certificateAuthorityFile: "ca", credentials }),
    ).toEqual({
      driver: "https",
      settings: { host, store: "replicas", certificateAuthorityFile: "ca", credentials },
    });
  }
  expect(
    placeOfAddress({
      url: "s3://a.bucket/Site_1/replicas/",
      region: "eu-west-1",
      pathStyle: true,
      credentials,
    }),
  ).toEqual({
    driver: "s3",
    settings: {
      bucket: "a.bucket",
      prefix: "Site_1/replicas",
      region: "eu-west-1",
      pathStyle: true,
      credentials,
    },
  });
});

it.each([
  "replicas",
  "/mnt/replicas",
  "file:replicas",
  "https://drlyon.blob.core.windows.net/replicas",
  "azblob://drlyon",
  "azblob://drlyon/re--plicas",
  "azblob://DrLyon/replicas",
  "azblob://drlyon/replicas?sv=1&sig=canary",
  "azblob://user:canary@drlyon/replicas",
  "s3://",
  "s3://ab",
  "s3://A-bucket",
  "s3://a-bucket:9000/replicas",
  "s3://key:canary@a-bucket/replicas",
  "s3://a-bucket/replicas?X-Amz-Signature=canary",
  "s3://a-bucket/a//b",
  "s3://a-bucket/../b",
  "s3://a-bucket/./b",
  "s3://zone--use1-az4--x-s3/replicas",
  `s3://a-bucket/${"p".repeat(301)}`,
  "http://dr.example.org:7843/replicas",
  "https://dr.example.org/replicas",
  "https://dr.example.org:7843",
  "https://dr.example.org:7843/Replicas",
  "https://dr.example.org:7843/replicas/machines",
  "https://dr.example.org:7843/../replicas",
  "https://user:canary@dr.example.org:7843/replicas",
  "https://dr.example.org:7843/replicas?token=canary",
])("refuses %s, and shows nothing of it", (url) => {
  expect(() => placeOfAddress({ url })).toThrow(
    /^The url of the replicas has none of the forms ((?!canary).)*$/,
  );
});

it("refuses settings that say nothing of the place", () => {
  const properties = (address: Parameters<typeof addressMistakes>[0]): string[] =>
    addressMistakes(address).map(({ property }) => property);
  expect(properties({})).toEqual([]);
  expect(properties({ region: "eu-west-1" })).toEqual(["region"]);
  expect(properties({ url: "azblob://drlyon/replicas", region: "eu-west-1" })).toEqual(["region"]);
  expect(properties({ url: "file:///mnt", endpoint: "https://x" })).toEqual(["endpoint"]);
  expect(properties({ url: "https://dr:1/replicas" })).toEqual(["credentials"]);
  expect(properties({ url: "https://dr:1/replicas", endpoint: "x", credentials: { file: "f" } })).toEqual([
    "endpoint",
  ]);
  expect(properties({ url: "s3://a-bucket", credentials: {} })).toEqual(["credentials"]);
  expect(properties({ url: "s3://a-bucket", credentials: { file: "f", environmentVariable: "V" } })).toEqual([
    "credentials",
  ]);
});
