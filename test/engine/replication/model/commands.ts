/** What the model test does to a machine, each command beside the same thing in plain memory. */
import fc from "fast-check";
import { expect } from "vitest";
import type { Fault } from "../../../blocks/simulated-file-system.ts";
import type { CycleKind, RealMachine } from "./real-machine.ts";
import { within, type Written, written } from "./written.ts";

export interface Model {
  readonly disks: Buffer[];
  /** What each recovery point holds, disk by disk, oldest first. */
  readonly points: Map<string, readonly Buffer[]>;
}

type Command = fc.AsyncCommand<Model, RealMachine>;
type Run = (model: Model, real: RealMachine) => Promise<void> | void;

/** After every command disks and list of points are as in the model. */
function command(name: string, run: Run, needsPoint = false): Command {
  return {
    toString: () => name,
    check: (model) => !needsPoint || model.points.size > 0,
    run: async (model, real) => {
      await run(model, real);
      for (const [disk, expected] of model.disks.entries()) {
        const bytes = Buffer.alloc(expected.length);
        real.disks[disk]!.read(bytes, 0);
        expect(bytes.equals(expected), `disk ${disk}`).toBe(true);
      }
      expect(await real.pointIds()).toEqual([...model.points.keys()]);
    },
  };
}

const contentOf = (model: Model): Buffer[] => model.disks.map((disk) => Buffer.from(disk));

/** The `which`-th of the points. */
function pick(model: Model, which: number): [string, readonly Buffer[]] {
  return [...model.points][which % model.points.size]!;
}

async function doWrite(model: Model, real: RealMachine, write: Written): Promise<void> {
  const disk = write.disk % model.disks.length;
  const { offset, data } = within(write, model.disks[disk]!.length);
  await real.disks[disk]!.write(data, offset);
  model.disks[disk]!.set(data, offset);
}

const kind = fc.constantFrom<CycleKind>("initial", "delta", "delta", "delta", "resync");
const fitting = (model: Model, wanted: CycleKind): CycleKind =>
  model.points.size === 0 ? "initial" : wanted;

const write = written.map((args) =>
  command(`write(${JSON.stringify(args)})`, (model, real) => doWrite(model, real, args)),
);

const flush = fc
  .nat(2)
  .map((disk) => command(`flush(${disk})`, (model, real) => real.disks[disk % model.disks.length]!.flush()));

/** Writes between the snapshot and the copy belong to the next point. */
const cycle = fc.tuple(kind, fc.array(written, { maxLength: 3 })).map(([wanted, meanwhile]) =>
  command(`cycle(${wanted}, ${JSON.stringify(meanwhile)})`, async (model, real) => {
    const snapshot = await real.snapshot();
    const content = contentOf(model);
    for (const each of meanwhile) await doWrite(model, real, each);
    model.points.set(await real.copy(snapshot, fitting(model, wanted)), content);
  }),
);

const fault = fc.record({
  kind: fc.constantFrom<Fault["kind"]>("ENOSPC", "EIO", "SHORT"),
  call: fc.integer({ min: 1, max: 30 }),
  lasting: fc.boolean(),
});

/** A fault at the target. A cycle whose point was in place before it counts, though its caller saw an error. */
const abandonedCycle = fc.tuple(kind, fault).map(([wanted, injected]) =>
  command(`abandonedCycle(${wanted}, ${JSON.stringify(injected)})`, async (model, real) => {
    const snapshot = await real.snapshot();
    const content = contentOf(model);
    real.files.arm({ ...injected, only: /\/store\// });
    try {
      await real.copy(snapshot, fitting(model, wanted));
    } catch (error) {
      expect(error).toMatchObject({ code: injected.kind === "EIO" ? "IoFailed" : "DiskFull" });
    } finally {
      real.files.heal();
    }
    const made = (await real.pointIds()).filter((id) => !model.points.has(id));
    expect(made.length).toBeLessThanOrEqual(1);
    for (const id of made) model.points.set(id, content);
  }),
);

const restart = fc
  .boolean()
  .map((isKilled) =>
    command(`restart(${isKilled ? "killed" : "closed"})`, (_, real) => real.restart(isKilled)),
  );

const retain = fc.nat(0xffff).map((keepBits) =>
  command(
    `retain(0x${keepBits.toString(16)})`,
    async (model, real) => {
      const ids = [...model.points.keys()];
      const kept = new Set(ids.filter((_, index) => (keepBits >> (index % 16)) & 1));
      await real.store.retain(real.machineId, () => kept);
      for (const id of ids) if (!kept.has(id) && id !== ids.at(-1)) model.points.delete(id);
    },
    true,
  ),
);

const compact = fc.constant(
  command("compact()", async (_, real) => void (await real.store.compact(real.machineId)), true),
);

const rotate = fc.constant(command("rotateKey()", (_, real) => real.rotateKey()));

const verify = fc.constant(
  command("verify()", async (_, real) => {
    const { findingCount } = await real.store.verify((finding) => expect(finding).toBeUndefined());
    expect(findingCount).toBe(0);
  }),
);

const restore = fc.nat(20).map((which) =>
  command(
    `restore(${which})`,
    async (model, real) => {
      const [pointId, disks] = pick(model, which);
      for (const [disk, expected] of disks.entries()) {
        expect((await real.restored(pointId, disk)).equals(expected), `point ${pointId}`).toBe(true);
      }
    },
    true,
  ),
);

const use = fc.record({ write: written, then: fc.constantFrom("nothing", "fill", "flush", "reopen") });

/** The recovery point's disk as a disk of its own; the point stays what it was. */
const attach = fc.tuple(fc.nat(20), fc.nat(2), fc.array(use, { maxLength: 6 })).map(([which, wanted, uses]) =>
  command(
    `attach(${which}, ${wanted}, ${JSON.stringify(uses)})`,
    async (model, real) => {
      const [pointId, disks] = pick(model, which);
      const disk = wanted % disks.length;
      const expected = Buffer.from(disks[disk]!);
      let attached = await real.attach(pointId, disk);
      for (const { write: each, then } of uses) {
        const { offset, data } = within(each, expected.length);
        await attached.write(data, offset);
        expected.set(data, offset);
        if (then === "fill") await attached.fill(2);
        if (then === "flush") await attached.flush();
        if (then === "reopen") {
          await attached.close();
          attached = await real.attach(pointId, disk);
        }
        const bytes = Buffer.alloc(expected.length);
        await attached.read(bytes, 0);
        expect(bytes.equals(expected), "the attached disk").toBe(true);
      }
      await attached.close();
      real.detach();
    },
    true,
  ),
);

export const commands = [
  write,
  write,
  write,
  write,
  cycle,
  cycle,
  cycle,
  abandonedCycle,
  flush,
  restart,
  retain,
  compact,
  rotate,
  verify,
  restore,
  attach,
];
