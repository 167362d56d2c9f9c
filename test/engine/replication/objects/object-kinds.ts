/** Every kind of object that the data plane makes: how its names look, and how damage to it shows. */
import path from "node:path";
import { SiteRecoveryError } from "../../../../provider/errors.ts";
import type { ErrorCode } from "../../../../provider/errors.ts";
import type { Scenario } from "./scenario.ts";

export interface ObjectKind {
  readonly name: string;
  /** Names below the scenario's folder. */
  readonly pattern: RegExp;
  /**
   * Uses the objects; must throw `code` and name the damaged one. Absent: `harmless` says why nothing looks
   * at what is in them.
   */
  readonly use?: (scenario: Scenario) => Promise<unknown> | unknown;
  readonly code?: ErrorCode;
  /** What the error names, when it is not the object itself. */
  readonly names?: RegExp;
  /** Brings the object about, when a run leaves none; returns what ends it. */
  readonly make?: (scenario: Scenario) => Promise<() => Promise<void>>;
  /** A use takes the object out of the way; this brings about another one. */
  readonly renew?: (scenario: Scenario) => Promise<void>;
  /** Only flipped bits tell: an object of another length is refused as what it then is. */
  readonly onlyFlips?: boolean;
  readonly harmless?: string;
}

const store = String.raw`^store/machines/[0-9a-f]{32}/`;
const layer = String.raw`disks/[0-9a-f]{32}/[0-9a-f]{32}`;

/** A verification finds what costs no point, too. */
async function verify(scenario: Scenario): Promise<void> {
  await scenario.store.verify(({ objectPath, message }) => {
    throw new SiteRecoveryError("Damaged", message, { target: objectPath });
  });
}

async function restoreAndVerify(scenario: Scenario): Promise<void> {
  const failures: unknown[] = [];
  for (const use of [() => scenario.restoreAll(), () => verify(scenario)]) {
    await use().catch((error: unknown) => failures.push(error));
  }
  // The verification must find it, whether or not a point that is left needs it.
  if (failures.length > 0) throw failures.at(-1);
}

async function mendAndWrite(scenario: Scenario): Promise<void> {
  await scenario.cycle("resync");
  await scenario.write(7, 2, 7);
}

export const objectKinds: readonly ObjectKind[] = [
  {
    name: "wrapped data key",
    pattern: /^store\/store\.key$/,
    code: "Damaged",
    use: (scenario) => scenario.openStore(),
  },
  {
    name: "key file",
    pattern: /^account\.key$/,
    code: "WrongKey",
    names: /store\.key$/,
    onlyFlips: true,
    use: (scenario) => scenario.openStore(),
  },
  {
    name: "witness of the store",
    pattern: /^account\.store$/,
    code: "Damaged",
    use: (scenario) => scenario.openStore(),
  },
  {
    name: "machine's id",
    pattern: new RegExp(`${store}machine\\.sealed$`),
    code: "Damaged",
    use: (scenario) => scenario.store.machineIds(),
  },
  {
    name: "roster",
    pattern: new RegExp(`${store}points/roster\\.sealed$`),
    code: "Damaged",
    use: verify,
  },
  {
    name: "recovery point",
    pattern: new RegExp(`${store}points/\\d{12}\\.point$`),
    code: "Damaged",
    use: (scenario) => scenario.store.recoveryPoints(scenario.machineId),
  },
  {
    name: "segment",
    pattern: new RegExp(`${store}${layer}(-\\d+)?\\.segment$`),
    code: "Damaged",
    use: restoreAndVerify,
  },
  {
    name: "list of released segments",
    pattern: new RegExp(`${store}disks/[0-9a-f]{32}/released\\.sealed$`),
    code: "Damaged",
    use: verify,
  },
  { name: "map", pattern: new RegExp(`${store}${layer}\\.map$`), code: "Damaged", use: restoreAndVerify },
  {
    name: "writer's lock",
    pattern: new RegExp(`${store}writer\\.lock(\\.[0-9a-f]{16})?$`),
    code: "Damaged",
    onlyFlips: true,
    make: async (scenario) => (await scenario.store.machine(scenario.machineId)).lock(),
    use: async (scenario) => (await scenario.store.machine(scenario.machineId)).lock(),
  },
  {
    name: "pin",
    pattern: new RegExp(`${store}pins/[0-9a-f-]{36}\\.[0-9a-f]{16}$`),
    code: "Damaged",
    onlyFlips: true,
    make: async (scenario) =>
      (await scenario.store.machine(scenario.machineId)).pin([...scenario.points.keys()].at(-1)!),
    use: (scenario) => scenario.store.retain(scenario.machineId, () => scenario.points.keys()),
  },
  {
    name: "live change log",
    pattern: /^disk\.img\.hrl$/,
    code: "ResyncRequired",
    names: /web-01$/,
    renew: mendAndWrite,
    use: (scenario) => scenario.cycle("delta"),
  },
  {
    name: "sealed change log",
    pattern: /^disk\.img\.hrl\.\d+$/,
    code: "ResyncRequired",
    names: /web-01$/,
    renew: async (scenario) => {
      await mendAndWrite(scenario);
      // A cycle is given up; what its snapshot had put aside is read by the next one.
      await (await scenario.snapshot()).abandon();
    },
    use: (scenario) => scenario.cycle("delta"),
  },
  {
    name: "snapshot file",
    pattern: /^disk\.img\.snapshot$/,
    harmless:
      "its damage has a test of its own, with writes beside it: test/disks/snapshot-file-damage.test.ts",
  },
  {
    name: "marks of an attached disk",
    pattern: /^attached\.img\.filled$/,
    code: "Damaged",
    onlyFlips: true,
    use: (scenario) => scenario.attachAndWrite(),
  },
  {
    name: "plain disk",
    pattern: /^(disk|attached|restored)\.img$/,
    harmless: "a machine's own bytes, as raw images are; whoever uses them is the judge",
  },
  {
    name: "object that is not whole yet",
    pattern: /\.(new|partial)$|\/writer\.work\.[0-9a-f]{16}(\/|$)|^store\/spool\//,
    harmless: "counts from the moment it has its name; before, nobody reads it",
  },
  {
    name: "machine on its way out",
    pattern: /^store\/removed\/[0-9a-f]{32}\.note$/,
    harmless: "its name alone says that the machine is gone",
  },
];

export function kindOf(scenario: Scenario, filePath: string): ObjectKind[] {
  const name = path.relative(scenario.folder, filePath);
  return objectKinds.filter((kind) => kind.pattern.test(name));
}
