/** Faults of snapshots of running machines: changes that are lost, bytes of another instant, and what a guest would feel. */
import { faultsIn, type Mutant } from "./mutant.ts";

export const wrongTracking: readonly Mutant[] = [
  ...faultsIn("provider/qemu/snapshots/fleece.ts", ["test/qemu/snapshots/lost-connections.test.ts"], {
    "view-uncut": [
      `"max-transfer": blockSizeBytes,\n    `,
      ``,
      "a snapshot of a running machine has blocks of later",
    ],
    "fleece-alone": [
      `children: [fleece, spare],`,
      `children: [fleece],`,
      "a full fleece lets writes of the guest fail",
      ["test/qemu/snapshots/full-fleece.test.ts"],
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/snapshot-cycle.ts", ["test/qemu/snapshots/full-fleece.test.ts"], {
    "fleece-loss-ignored": [
      `if (loss !== undefined) throw this.#lost(loss);`,
      ``,
      "a recovery point has what the guest wrote after its instant",
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/known-blocks.ts", ["test/qemu/snapshots/bitmap-snapshot.test.ts"], {
    "zeroed-since": [
      `if (data.count < data.limit) data.addAll(await changedSinceInstant(qmp, request, clock));`,
      ``,
      "what the guest zeroes while its snapshot is read is missing in the recovery point",
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/settle-bitmaps.ts", ["test/qemu/snapshots/lost-connections.test.ts"], {
    "chain-not-joined": [
      `await joinChain(qmp, node.name, chain);\n  await removeBitmaps(qmp, node.name, othersOf(node, new Set(chain.map(({ name }) => name))));`,
      `await removeBitmaps(qmp, node.name, othersOf(node, new Set([chain[0]!.name])));`,
      "changes made during a cycle that failed are never sent",
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/bitmap-chain.ts", ["test/qemu/snapshots/bitmap-snapshot.test.ts"], {
    "chain-of-another": [
      `chain[0]?.name === bitmapName(since)`,
      `chain.length > 0`,
      "changes since one instant are added to a point of another",
    ],
    "size-believed": [
      `if (node.sizeBytes !== sizeBytes) return "SizeChanged";`,
      ``,
      "what a resized disk gained is never sent",
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/image-evidence.ts", ["test/qemu/snapshots/wrapper.test.ts"], {
    "left-unasked": [
      `: image.changedAtNs <= wrapper.changedAtNs;`,
      `: true;`,
      "what another program writes to the image of a machine that is off is never sent",
    ],
    "left-clock": [
      `? left.image === image.changedAtNs.toString()`,
      `? image.changedAtNs <= wrapper.changedAtNs`,
      "what is written after the clock was set back is never sent",
    ],
  }),
  ...faultsIn("provider/qemu/snapshots/wrapper.ts", ["test/qemu/snapshots/wrapper.test.ts"], {
    "evidence-first": [
      `files.exists(wrapperPath) && (await hasUnstoredBitmaps(wrapperPath, clock));`,
      `false;`,
      "the bitmaps of a machine that runs are taken away",
    ],
  }),
  ...faultsIn(
    "provider/drivers/machines-qemu/take-of-guests.ts",
    ["test/drivers/machines-qemu/snapshots.test.ts"],
    {
      "guests-not-held": [
        `await qmp.execute("stop");`,
        ``,
        "the snapshots of a replication group are of different instants",
      ],
      "guests-held": [
        `if (isHeld) await qmp.execute("cont");`,
        ``,
        "the guests of a replication group stand still after a cycle",
      ],
    },
  ),
  ...faultsIn(
    "provider/drivers/machines-qemu/qemu-snapshots.ts",
    ["test/drivers/machines-qemu/snapshots.test.ts"],
    {
      "others-kept": [
        `await Promise.allSettled(ofOthers.map((snapshot) => snapshot.abandon()));`,
        ``,
        "a snapshot of a group that did not begin holds its disks",
      ],
      "reset-while-open": [
        `requireOff(parts, place, disk);`,
        ``,
        "another program writes to the disk of a machine that runs",
      ],
    },
  ),
  ...faultsIn("provider/engine/machine-power.ts", ["test/cli/power.test.ts"], {
    "on-after-a-move": [
      `requireNotMovedAway(name, folder, await this.#machines.markOf(folder));`,
      ``,
      "a machine that was moved to the other side is started a second time",
    ],
  }),
  ...faultsIn(
    "provider/qemu/snapshots/take-bitmap-snapshot.ts",
    ["test/qemu/snapshots/bitmap-snapshot.test.ts"],
    {
      "thaw-forgotten": [
        `const thaws = await Promise.allSettled(machines.map((_, index) => thaw(index)));\n  const failure`,
        `const thaws = await Promise.allSettled(taken.map((each, index) => each.status === "fulfilled" ? thaw(index) : undefined));\n  const failure`,
        "a guest stays frozen when its snapshot fails",
      ],
    },
  ),
];
