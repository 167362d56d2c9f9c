/** Names that collide: what others have put where a machine would go, and machines of its name on other hosts. */
import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { flows } from "../../provider/model/flows.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { machineDefinition } from "../machine-definition.ts";
import { checkError } from "./checks.ts";
import { drillInputs } from "./drill-inputs.ts";
import { digestBeside } from "./machine-disks.ts";
import { hold } from "./promises.ts";
import { replicateOrRefuse } from "./replicate-or-refuse.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

/** Where a failover or drill of this name makes its machine. */
function recoveryFolder({ site }: World, name: string): string {
  const { recoverySide, platform } = flows[site.flow];
  if (recoverySide === "azure") return path.join(site.engine.homeFolder, "azure", "dr", name);
  return path.join(site.folder, "paris", platform === "hyper-v" ? "hv1" : "vcenter", name);
}

/** All that is in a folder, and whether its machine runs. */
function lookOf(folder: string): string {
  const image = path.join(folder, "os.img");
  const power = fs.readFileSync(path.join(folder, "power-state"), "utf8");
  return [digestBeside(image), power.trim(), ...fs.readdirSync(folder).sort()].join();
}

/** Somebody makes a machine of their own in a folder. */
function settle(world: World, folder: string, isOn: boolean): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "os.img"), world.random.bytes(70_000));
  fs.writeFileSync(path.join(folder, "machine.yaml"), stringify(machineDefinition(path.basename(folder))));
  fs.writeFileSync(path.join(folder, "power-state"), isOn ? "running\n" : "off\n");
}

async function collide(world: World, machine: Machine, suffix: "" | "-test"): Promise<void> {
  const folder = recoveryFolder(world, `${machine}${suffix}`);
  if (fs.existsSync(folder)) return;
  const { engine } = world.site;
  const source = world.primaryImage(machine);
  const before = world.hash(source);
  settle(world, folder, world.random.integer(2) === 0);
  const look = lookOf(folder);
  const kind = world.pick(["planned", "unplanned"] as const);
  const act = (): Promise<unknown> =>
    suffix === ""
      ? engine.moves.failover(world.site.itemId(machine), { kind, recoveryPoint: "latest" }, quiet)
      : handlerOf("drill", engine).create(drillInputs(world, machine), quiet);
  const end = await act().then(
    () => "done",
    (error: unknown) => checkError(error).code,
  );
  const where = `what others have at ${path.basename(folder)}, after a ${suffix === "" ? kind : "drill"}`;
  hold("othersStay", fs.existsSync(folder) && lookOf(folder) === look, where);
  hold("othersStay", end !== "done", `${where}: it was not refused`);
  hold("bytesStay", world.hash(source) === before && world.isRunning(source), `${machine}, ${where}`);
  fs.rmSync(folder, { recursive: true });
}

/** A machine of the same name on another host, with or without the mark of the one that it was copied from. */
async function namesake(world: World, machine: Machine, isOwnAway: boolean): Promise<void> {
  const folder = path.join(world.site.folder, "london", "third", machine);
  fs.cpSync(path.dirname(world.primaryImage(machine)), folder, { recursive: true });
  if (world.random.integer(2) === 0) fs.rmSync(path.join(folder, "machine-id"), { force: true });
  const image = fs.openSync(path.join(folder, "os.img"), "r+");
  fs.writeSync(image, world.random.bytes(2000), 0, 2000, world.random.integer(60_000));
  fs.closeSync(image);
  const look = digestBeside(path.join(folder, "os.img"));
  const points = async (): Promise<string> =>
    (await world.site.engine.recoveryPoints(world.site.itemId(machine))).map(({ id }) => id).join();
  if (isOwnAway) {
    const before = await points();
    world.lost.lose("host");
    const end = await world.site.engine.replicate(world.site.itemId(machine), quiet).then(
      () => "done",
      (error: unknown) => checkError(error).code,
    );
    world.lost.mend("host");
    const isUntouched = end !== "done" && (await points()) === before;
    hold("rightMachine", isUntouched, `${machine} was replicated (${end}) while its host was away`);
  } else {
    const what = "another host got a machine of its name";
    await replicateOrRefuse(world, machine, what, "rightMachine");
  }
  hold(
    "othersStay",
    digestBeside(path.join(folder, "os.img")) === look,
    `the other machine named ${machine}`,
  );
  fs.rmSync(folder, { recursive: true });
}

export function nameAccidents(world: World, machine: Machine): Step[] {
  const item = world.find(machine)!;
  if (item.state !== "Protected" || item.activeLocation !== "primary") return [];
  const allowed = world.allowed(machine);
  const step = (name: string, run: () => Promise<void>): Step => ({ name: `${name} ${machine}`, run });
  // The host that is lost must be the machine's own.
  const isAtHome = world.isAtHome(machine);
  const isOnThird = world.primaryImage(machine).startsWith(path.join(world.site.folder, "london", "third"));
  return [
    ...(allowed.includes("UnplannedFailover") && allowed.includes("PlannedFailover")
      ? [step("somebody takes the replica's name of", () => collide(world, machine, ""))]
      : []),
    ...(allowed.includes("TestFailover") && world.site.flow !== "S6"
      ? [step("somebody takes the drill's name of", () => collide(world, machine, "-test"))]
      : []),
    ...(isOnThird ? [] : [step("another host gets a machine named", () => namesake(world, machine, false))]),
    ...(isAtHome
      ? [step("the host goes away beside a machine named", () => namesake(world, machine, true))]
      : []),
  ];
}
