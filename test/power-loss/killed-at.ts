import type { FileSystem } from "../../provider/blocks/file-system.ts";
import type { SimulatedDisk } from "../blocks/simulated-disk.ts";

/** The same disk, whose process is killed at one of its calls: from then on nothing is done any more. */
export function killedAt(disk: SimulatedDisk, call: number): { disk: FileSystem; wasKilled: () => boolean } {
  let calls = 0;
  const killed = new Proxy(disk, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        calls += 1;
        if (calls > call) throw new Error("killed");
        return (value as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  return { disk: killed, wasKilled: () => calls > call };
}
