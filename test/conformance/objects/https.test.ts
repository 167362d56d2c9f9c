import { afterAll, beforeAll, expect, it } from "vitest";
import { openObjects } from "../../../provider/drivers/open-objects.ts";
import { SecondSite } from "../servers/target-server.ts";
import { describeObjects } from "./describe-objects.ts";
import { contentOf, fileWith, patterned } from "./place-for-tests.ts";

const site = new SecondSite();

beforeAll(async () => {
  await site.start();
});

afterAll(async () => {
  await site.stop();
  site.remove();
});

describeObjects("objects of a second site", () => {
  const settings = site.settings(site.newStore());
  return Promise.resolve({
    objects: site.open(settings),
    again: () => site.open(settings),
    tagsOfEqualContentDiffer: true,
    moreThanAPage: 50,
  });
});

it("puts what is larger than a piece, and reads it again", async () => {
  const objects = site.open(site.settings(site.newStore()));
  const bytes = patterned(33 * 1_048_576 + 4);
  expect(await objects.put("big", fileWith(bytes), "ifAbsent")).not.toBe("lost");
  expect((await objects.get("big"))?.bytes.equals(bytes)).toBe(true);
  expect(await objects.put("big", fileWith(bytes), "ifAbsent")).toBe("lost");
});

it("is opened by its address, as a worker does", async () => {
  const first = site.open(site.settings(site.newStore()));
  await first.put("one", Buffer.from("x"), "ifAbsent");
  expect(JSON.stringify(first.address)).not.toMatch(/PRIVATE|BEGIN/);
  const second = openObjects(structuredClone(first.address));
  expect(await contentOf(second, "one")).toBe("x");
  await second.close();
});
