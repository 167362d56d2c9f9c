/** Which machine an item's is, and what runs where: looked at now, at both sides. */
import { isLink } from "../../blocks/is-link.ts";
import { nameOf } from "../../arm-id.ts";
import { openJobOf } from "../../store/jobs.ts";
import { currentLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findTestMachine } from "../failover/find-test-machine.ts";
import { flows } from "../../model/flows.ts";
import { changedDisks, changedText, discardCommand } from "../identity/changed-primary.ts";
import { describeProtector, otherProtector, takeOverCommand } from "../inventory/machine-protector.ts";
import { isStill } from "../identity/owned-machine.ts";
import { findLaterMove } from "../identity/newest-database.ts";
import { findFormers, findMachineOf, namePlaces, nameSilent } from "../inventory/find-machine.ts";
import type { Lookup } from "../inventory/look-up-machine.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { allowedActions } from "../../model/allowed-actions.ts";
import { stateFacts } from "../../model/states.ts";
import { disksIn, recoveryDisks } from "../replication-cycle/source-disks.ts";
import { findUnreadableDisk } from "../replication-cycle/unreadable-disk.ts";
import type { HealthCheck, HealthNote } from "./health-note.ts";
import { filterInTurn } from "../../in-turn.ts";

type Power = "running" | "off" | "missing";

/** What was seen at both sides. */
interface Seen {
  readonly item: ProtectedItem;
  readonly lookup: Lookup;
  readonly source: Power | "unknown";
  /** Of the machine that the last failover made; `missing` if there is none. */
  readonly replica: Power;
}

async function replicaPower(parts: EngineParts, { details }: ProtectedItem): Promise<Power> {
  const machine = details.recoveryMachine;
  if (!machine || !(await parts.machines.exists(machine.folder)) || !(await isStill(parts, machine)))
    return "missing";
  return parts.machines.powerState(machine.folder);
}

async function sourcePower(parts: EngineParts, lookup: Lookup): Promise<Seen["source"]> {
  if (lookup.answer === "found") return parts.machines.powerState(lookup.place.folder);
  return lookup.answer === "gone" ? "missing" : "unknown";
}

const critical = (code: string, text: string): HealthNote => ({ severity: "Critical", code, text });
const warning = (code: string, text: string): HealthNote => ({ severity: "Warning", code, text });

function placeNotes(parts: EngineParts, { item, lookup }: Seen): HealthNote[] {
  const { machineName, machine } = item.details;
  if (lookup.answer === "duplicate") {
    const text =
      `two machines could be ${machineName}: ${namePlaces(lookup.places)}; nothing is done with either until you ` +
      `remove one or run \`siterecovery choose-machine ${nameOf(item.id)} --host <host>\``;
    return [critical("DuplicateMachine", text)];
  }
  const found = lookup.answer === "found" ? lookup.place : undefined;
  const other = otherProtector(parts, found?.mark);
  if (found && other) {
    const text =
      `${describeProtector(other)}, so this engine does not replicate it any more; disable protection here, or take it ` +
      `back with \`${takeOverCommand(found.folder)}\``;
    return [critical("ProtectedByAnotherEngine", text)];
  }
  const at = machine === undefined ? "" : ` on ${nameOf(machine.hostId)}`;
  const isActive = item.activeLocation === "primary";
  if (lookup.answer === "gone") {
    if (item.details.isSourceUnfenced === true) return [];
    const text = `its machine ${machineName} is not${at} any more, and on no other host`;
    const [first] = lookup.others;
    if (first && !isActive) {
      const next =
        `another machine has its name: ${namePlaces(lookup.others)}; rename or remove that one, or, if it is the ` +
        `machine itself and only lost its id, run \`siterecovery choose-machine ${nameOf(item.id)} --host ${first.inventory.name}\``;
      return [warning("SourceMissing", `${text}; ${next}`)];
    }
    return isActive
      ? [critical("MachineMissing", `${text}; mount its folder again, or fail over`)]
      : [
          warning(
            "SourceMissing",
            `${text}; a failback makes it again, unless disks that it has left were changed`,
          ),
        ];
  }
  if (lookup.answer !== "unknown" || !isActive) return [];
  return [warning("HostUnreachable", `${machineName} cannot be looked at: ${nameSilent(lookup.silent)}`)];
}

/** What ends that a machine is off. While a job waits, only the job knows whether its disks are whole. */
function startAdvice(parts: EngineParts, item: ProtectedItem, side: "primary" | "recovery"): string {
  if (openJobOf(parts.store, item.id) === undefined) return `start the machine at the ${side} side`;
  return "do not start it by hand: end its interrupted job first (JobInterrupted)";
}

function atPrimaryNotes(parts: EngineParts, { item, source, replica }: Seen): HealthNote[] {
  const { machineName, recoveryMachine } = item.details;
  if (replica === "running" && recoveryMachine) {
    const text = `${recoveryMachine.name} runs at the recovery side as well (${recoveryMachine.folder}); shut it down there`;
    return [critical("SecondActiveMachine", text)];
  }
  if (source !== "off") return [];
  if (recoveryMachine) {
    const next = startAdvice(parts, item, "primary");
    return [critical("RunsNowhere", `${machineName} is off at both sides; ${next}`)];
  }
  const next = startAdvice(parts, item, "primary");
  const otherwise = openJobOf(parts.store, item.id) ? "" : ", or fail over if it cannot be started";
  const text = `${machineName} is off, though it is to run at the primary side; ${next}${otherwise}`;
  return [warning("MachineOff", text)];
}

function atRecoveryNotes(parts: EngineParts, { item, lookup, source, replica }: Seen): HealthNote[] {
  const { recoveryMachine, machineName, isSourceUnfenced } = item.details;
  const notes: HealthNote[] = [];
  const mustBeOff = flows[item.details.flow].purpose === "protection" || isSourceUnfenced === true;
  if (source === "running" && mustBeOff && lookup.answer === "found") {
    const text =
      `its source runs on ${lookup.place.inventory.name} as well as its replica; the next action on it shuts the source ` +
      `down, such as \`siterecovery confirm-source-off ${nameOf(item.id)}\``;
    notes.push(critical("SecondActiveMachine", text));
  }
  const name = recoveryMachine?.name ?? machineName;
  if (replica === "missing") {
    notes.push(
      critical("MachineMissing", `${name} is not at the recovery side any more, where it is to run`),
    );
  } else if (replica === "off") {
    const next = startAdvice(parts, item, "recovery");
    const text = `${name} is off, though it is to run at the recovery side; ${next}`;
    notes.push(critical(source === "running" ? "MachineOff" : "RunsNowhere", text));
  }
  return notes;
}

/** Of a machine that was moved; while it replicates, the notes on its source say it. */
async function movedDiskNotes(parts: EngineParts, { item, lookup, replica }: Seen): Promise<HealthNote[]> {
  if (stateFacts[item.state].replicates || item.details.recoveryMachine === undefined) return [];
  const isOut = item.activeLocation === "recovery";
  if (isOut ? replica === "missing" : lookup.answer !== "found") return [];
  const disks = isOut
    ? await recoveryDisks(parts, item)
    : lookup.answer === "found"
      ? disksIn(parts, lookup.place.folder, item.details.disks)
      : [];
  const lost = findUnreadableDisk(parts, disks);
  if (lost === undefined) return [];
  const isPending = allowedActions(item).includes("ChangePit");
  const mend = isPending
    ? `\`siterecovery change-recovery-point ${nameOf(item.id)} <point>\` makes the machine again, or cancel the failover`
    : "put it back";
  const text = `its disk ${lost.diskId} cannot be read at the ${item.activeLocation} side, where it is to run: ${lost.why}; ${mend}`;
  return [critical("DiskMissing", text)];
}

async function testMachineNotes(parts: EngineParts, { id, details }: ProtectedItem): Promise<HealthNote[]> {
  const { testMachine } = details;
  if (testMachine === undefined) return [];
  const folder = await findTestMachine(parts, id, testMachine);
  if (folder === testMachine.folder) return [];
  const next =
    folder === undefined
      ? "it may run elsewhere; put it back, so that the clean-up can remove it"
      : `it is in ${folder} now, where the clean-up removes it`;
  const text = `its test machine ${testMachine.name} is not in ${testMachine.folder} any more; ${next}`;
  return [warning("TestMachineMoved", text)];
}

/** What was written at the primary side after the failover, and is nowhere else. */
async function changedNotes(parts: EngineParts, { item, lookup }: Seen): Promise<HealthNote[]> {
  if (lookup.answer !== "found") return [];
  const { inventory, folder } = lookup.place;
  const changed = await changedDisks(parts, item, folder);
  if (changed.length === 0) return [];
  const text =
    `its disks at the primary side on ${inventory.name} (${folder}) were changed after the failover, or before it and not sent: ${changedText(parts, item, { folder, changed })}; ` +
    `copy the images away if you need what is in them; \`${discardCommand(item.id)}\` lets a way back overwrite them`;
  return [critical("PrimaryDisksChanged", text)];
}

/** What an unplanned failover did not send is lost to the machine, and still on the disks that it left. */
function unsentNotes({ item, lookup }: Seen): HealthNote[] {
  const { primaryLeft } = item.details;
  const isOut = item.activeLocation === "recovery" && primaryLeft?.overwrittenBy === undefined;
  if (!isOut || primaryLeft?.unsent === undefined || lookup.answer !== "found") return [];
  const text =
    `${primaryLeft.unsent} before its failover and was not sent; it is only on the disks in ${lookup.place.folder}, which a way back ` +
    "overwrites: copy the images away before that if you need it";
  return [warning("UnsentChanges", text)];
}

/** A way back is refused while an image is a link or has a second name; it is said before it is needed. */
function linkNotes(parts: EngineParts, { item, lookup }: Seen): HealthNote[] {
  if (lookup.answer !== "found") return [];
  const { folder } = lookup.place;
  const images = disksIn(parts, folder, item.details.disks)
    .map(({ path: file }) => file)
    .filter((file) => parts.files.exists(file));
  const linked = images.filter((file) => parts.files.facts(file).linkCount > 1);
  const links = images.filter((file) => isLink(parts.files, file));
  const notes: HealthNote[] = [];
  if (linked.length > 0) {
    const text = `an image has more than one name (hard links): ${linked.join(", ")}; a failback is refused until it is a file of its own, so put a copy in its place`;
    notes.push(warning("ImageHasLinks", text));
  }
  if (links.length > 0) {
    const text = `an image is a symbolic link: ${links.join(", ")}; a failback is refused until the file itself is in its place`;
    notes.push(warning("ImageIsLink", text));
  }
  return notes;
}

async function formerNotes(parts: EngineParts, item: ProtectedItem): Promise<HealthNote[]> {
  const left = await filterInTurn(
    await findFormers(parts, item),
    async ({ folder, inventory }) =>
      inventory.platform !== "physical" && (await parts.machines.powerState(folder)) === "off",
  );
  if (left.length === 0) return [];
  const text = `the machine that it was before its failback is still there: ${namePlaces(left)}; remove it when you do not need it`;
  return [warning("FormerMachine", text)];
}

async function notesOf(parts: EngineParts, item: ProtectedItem): Promise<HealthNote[]> {
  const later = await findLaterMove(parts, item);
  if (later) {
    const text =
      `this database is older than its machine: ${later.folder} carries a later move to the ${later.to} side; put the ` +
      `newest database back, or run \`siterecovery adopt-machine ${nameOf(item.id)}\``;
    return [critical("DatabaseOutdated", text)];
  }
  const lookup = await findMachineOf(parts, item);
  const seen = {
    item,
    lookup,
    source: await sourcePower(parts, lookup),
    replica: await replicaPower(parts, item),
  };
  return [
    ...placeNotes(parts, seen),
    ...(item.activeLocation === "primary" ? atPrimaryNotes(parts, seen) : atRecoveryNotes(parts, seen)),
    ...(await movedDiskNotes(parts, seen)),
    ...(await testMachineNotes(parts, item)),
    ...(await changedNotes(parts, seen)),
    ...unsentNotes(seen),
    ...linkNotes(parts, seen),
    ...(await formerNotes(parts, item)),
  ];
}

/** Two machines that could be the item's, one that is missing, one that is off where it is to run, two that run. */
export const machineNotes: HealthCheck = async ({ parts, item }) => {
  // While a move is at work nothing is where it is to be in the end. One that was interrupted may wait for days.
  return currentLease(parts.store, item.id, parts.clock) === undefined ? await notesOf(parts, item) : [];
};
