import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ComponentSites, inVault, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
});
afterEach(() => place.remove());

const workHours = { days: ["Monday"], from: "08:00", to: "18:00", timeZone: "Europe/London" };

describe("a process server", () => {
  it("[C-3] [V2F-5] stands in every sort of fabric, several in one, and in Azure", async () => {
    const details = { customDetails: { instanceType: "Azure", location: "westeurope" } };
    await place.make("fabric", { ...inVault, fabricName: "west", properties: details });
    const west = { ...inVault, fabricName: "west" };
    for (const scope of [sites.london, sites.paris, sites.rome, west]) {
      for (const processServerName of ["ps1", "ps2"])
        await place.make("process-server", { ...scope, processServerName });
    }
    const ids = place.engine.listThings({ kind: "process-server" }).map(({ id }) => id);
    expect(ids).toHaveLength(8);
    expect(await place.outputs("process-server", ids[0]!)).toMatchObject({ health: "Normal" });
  });

  it("[C-2] has a cache folder that is there, and that nothing else uses", async () => {
    const server = (processServerName: string, cacheFolder: string): Promise<string> =>
      place.make("process-server", { ...sites.rome, processServerName, cacheFolder });
    await expect(server("ps1", `${place.folder}/gone`)).rejects.toThrow(
      /process server ps1 cannot be declared: its folder .*gone \(cacheFolder\) does not exist/,
    );
    await server("ps1", place.folderOf("cache"));
    await expect(server("ps2", place.folderOf("cache/inner"))).rejects.toThrow(
      /overlaps with .*cache of the process server ps1/,
    );
    const target = { masterTargetName: "mt", storageFolder: place.folderOf("cache") };
    await expect(place.make("master-target", { ...sites.rome, ...target })).rejects.toThrow(/overlaps/);
  });

  it("has a limit for its work hours, in a time zone that there is", async () => {
    const reasons = async (bandwidth: object): Promise<string[]> => {
      const inputs = { ...sites.rome, processServerName: "ps", bandwidth };
      const failures = await place.handler("process-server").check(inputs);
      return failures.map(({ property, reason }) => `${property} ${reason}`);
    };
    const limits = { limitKilobitsPerSecond: 8000, workHoursLimitKilobitsPerSecond: 1000 };
    expect(await reasons({ ...limits, workHours })).toEqual([]);
    expect(await reasons({ limitKilobitsPerSecond: 512 })).toEqual([]);
    expect(await reasons(limits)).toEqual([
      expect.stringMatching(/^bandwidth.workHours are missing: say when/),
    ]);
    expect(await reasons({ limitKilobitsPerSecond: 8000, workHours })).toEqual([
      expect.stringMatching(/^bandwidth.workHoursLimitKilobitsPerSecond is missing: say how fast/),
    ]);
    const elsewhere = { ...workHours, timeZone: "Europe/Londn" };
    expect(await reasons({ ...limits, workHours: elsewhere })).toEqual([
      expect.stringMatching(/^bandwidth.workHours.timeZone 'Europe\/Londn' is not a time zone/),
    ]);
    expect(await reasons({ ...limits, workHours: { ...workHours, from: "8:00" } })).toEqual([
      expect.stringMatching(/times are written HH:MM/),
    ]);
  });
});
