/** Over a line a store that was just seen counts as there; in a folder it is looked at each time. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { Objects } from "../../provider/ports/objects.ts";
import { StoreReach } from "../../provider/replica/reach-store.ts";

const ours = "0".repeat(31) + "1";
const another = "0".repeat(31) + "2";

class Place {
  looks = 0;
  id: string | undefined = ours;
  milliseconds = 0;
  readonly reach: StoreReach;

  constructor(parallel: number) {
    const objects = {
      place: "s3://bucket",
      traits: { parallel },
      get: () => {
        this.looks += 1;
        return Promise.resolve(this.id === undefined ? undefined : { bytes: keyObject(this.id), tag: "1" });
      },
    } as unknown as Objects;
    this.reach = new StoreReach(objects, ours, { monotonic: () => this.milliseconds });
  }
}

function keyObject(storeId: string): Buffer {
  const body = JSON.stringify({ format: "siterecovery-store", version: 2, storeId, wrappings: [] });
  return Buffer.from(`${body}\n${createHash("sha256").update(body, "latin1").digest("hex")}\n`);
}

const unreachable = expect.objectContaining({ code: "TargetUnreachable" }) as Error;

it("asks once within a second over a line", async () => {
  const place = new Place(8);
  for (const milliseconds of [0, 10, 999]) {
    place.milliseconds = milliseconds;
    await place.reach.check();
  }
  expect(place.looks).toBe(1);
});

it.each([
  ["another engine's store", another],
  ["nothing", undefined],
])("notices within a second that %s is in the place", async (_what, id) => {
  const place = new Place(8);
  await place.reach.check();
  place.id = id;
  place.milliseconds = 1000;
  await expect(() => place.reach.check()).rejects.toThrow(unreachable);
  // What was not seen does not count afterwards.
  await expect(() => place.reach.check()).rejects.toThrow(unreachable);
});

it("looks each time in a folder", async () => {
  const place = new Place(1);
  await place.reach.check();
  place.id = undefined;
  await expect(() => place.reach.check()).rejects.toThrow(unreachable);
});
