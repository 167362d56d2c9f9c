import { expect, it } from "vitest";
import { timeOfVersion } from "../../provider/drivers/objects-s3/version-time.ts";

it("takes the time of a version from its listing, and from an id that is a ULID", () => {
  const listed = new Date("2026-11-29T19:36:12.000Z");
  for (const id of ["null", "3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "b3b8c5a2-5f5e-4f3e-8f0e-0d6f5d3c2b1a"]) {
    expect(timeOfVersion(id, listed)).toBe(listed.getTime());
  }
  expect(timeOfVersion("null", undefined)).toBe(Infinity);
  expect(new Date(timeOfVersion("01ARZ3NDEKTSV4RRFFQ69G5FAV", listed)).toISOString()).toBe(
    "2016-07-30T23:54:10.259Z",
  );
});
