import { nameOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import {
  defaultCacheLimitMebibytes,
  type ProcessServerInputs,
  processServerKind,
  type ProcessServerOutputs,
} from "../kinds/process-server.ts";
import { isTimeZone } from "../weekly-hours.ts";
import { withAbsoluteFolder } from "./absolute-folder.ts";
import { CheckFailure } from "./handler.ts";
import { known, parentReference, type SettingsKind } from "./settings-handler.ts";
import { given, said } from "../message.ts";

/** Hours need a limit and a limit needs hours; and the time zone is one that this computer knows. */
function checkBandwidth({ bandwidth }: ProcessServerInputs): CheckFailure[] {
  const limits = known(bandwidth);
  if (!limits) return [];
  const { workHours, workHoursLimitKilobitsPerSecond: limit } = limits;
  if (workHours === undefined && limit !== undefined) {
    const reason = said`are missing: say when workHoursLimitKilobitsPerSecond holds, or leave it out`;
    return [new CheckFailure("bandwidth.workHours", reason)];
  }
  if (workHours !== undefined && limit === undefined) {
    const reason = said`is missing: say how fast it may send within workHours`;
    return [new CheckFailure("bandwidth.workHoursLimitKilobitsPerSecond", reason)];
  }
  const zone = known(known(workHours)?.timeZone);
  if (zone === undefined || isTimeZone(zone)) return [];
  const reason = said`${given(zone, "bandwidth.workHours.timeZone")} is not a time zone; use an IANA name such as "Europe/London"`;
  return [new CheckFailure("bandwidth.workHours.timeZone", reason)];
}

export const processServerSettings: SettingsKind<ProcessServerInputs, ProcessServerOutputs> = {
  kind: processServerKind,
  withDefaults: (inputs) => ({
    ...withAbsoluteFolder(inputs, "cacheFolder"),
    cacheLimitMebibytes: inputs.cacheLimitMebibytes ?? defaultCacheLimitMebibytes,
  }),
  references: (inputs) => [parentReference(fabricKind, "fabricName", inputs)],
  rules: checkBandwidth,
  outputs: (engine, id, inputs) => {
    const load = engine.components.processServerLoad(id);
    const isLost = inputs.cacheFolder !== undefined && !engine.components.isThere(inputs.cacheFolder);
    return {
      name: nameOf(id),
      type: processServerKind.armType,
      properties: {
        friendlyName: nameOf(id),
        health: !isLost ? "Normal" : load.machineCount > 0 ? "Critical" : "Warning",
        ...load,
      },
    };
  },
  require: (engine, id, { cacheFolder }) => {
    if (cacheFolder === undefined) return;
    const folder = { property: "cacheFolder", folder: cacheFolder };
    engine.components.requireStorage(id, processServerKind.kind, folder);
  },
};
