import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, sites } from "./component-sites.ts";

let place: ComponentSites;
let classId: string;
beforeEach(async () => {
  place = await ComponentSites.make();
  await place.register();
  const folder = place.folderOf("lyon-silver");
  const target = { ...sites.lyon, storageClassificationName: "silver", folder };
  classId = await place.make("storage-classification", target);
});
afterEach(() => place.remove());

describe("a storage classification mapping", () => {
  it("leads to one class of a fabric, and to no other at the same time", async () => {
    const primary = { ...sites.paris, storageClassificationName: "gold-storage" };
    const primaryId = await place.make("storage-classification", {
      ...primary,
      folder: place.folderOf("storage"),
    });
    const handler = place.handler("storage-classification-mapping");
    const mappingTo = (name: string, targetStorageClassificationId?: string): object => ({
      ...primary,
      storageClassificationMappingName: name,
      properties: { targetStorageClassificationId },
    });
    expect(await handler.check(mappingTo("map"))).toEqual([
      {
        property: "properties.targetStorageClassificationId",
        reason: "is missing: a mapping leads to a class of the recovery side",
      },
    ]);
    expect(await handler.check({ ...mappingTo("map"), properties: unknownValue })).toEqual([]);
    await expect(handler.create(mappingTo("map", primaryId), quiet)).rejects.toThrow(/is the class itself/);
    const wanted = mappingTo("map", classId);
    expect(await handler.check(wanted)).toEqual([]);
    const { id } = await handler.create(wanted, quiet);
    expect(await place.outputs("storage-classification-mapping", id)).toEqual({
      targetStorageClassificationId: classId,
    });
    expect((await handler.diff(id, wanted, mappingTo("map", primaryId))).replaces).toEqual([
      "properties.targetStorageClassificationId",
    ]);
    await expect(handler.create(mappingTo("second", classId), quiet)).rejects.toThrow(
      /gold-storage is mapped to the fabric lyon already, by map/,
    );
    await expect(place.handler("storage-classification").delete(classId, quiet)).rejects.toThrow(
      /in use by storage classification mapping map/,
    );
    await handler.delete(id, quiet);
    await place.handler("storage-classification").delete(classId, quiet);
    expect(place.engine.findThing(classId)).toBeUndefined();
  });
});
