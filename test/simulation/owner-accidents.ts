/** Two resources of Pulumi's that mean one machine: only the one that owns its item may change or delete it. */
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { Owner } from "../../provider/handlers/owner.ts";
import type { Handler, Work } from "../../provider/handlers/handler.ts";
import { checkError } from "./checks.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

function urnOf(stack: string, machine: Machine): string {
  return `urn:pulumi:${stack}::shop::siterecovery:index:ReplicationProtectedItem::${machine}`;
}

function workOf(urn: string, kept?: Owner["kept"]): Work {
  const owner: Owner = { urn, kept, adopts: false, declared: new Map(), notify: () => undefined };
  return { ...quiet, owner };
}

function handler(world: World): Handler {
  return handlerOf("protected-item", world.site.engine);
}

/** Protects a machine in the name of a resource, whose state's mark the world keeps. */
export async function protectAs(world: World, machine: Machine): Promise<void> {
  const wanted = { ...world.site.inputs(machine), ...world.settingsOf(machine) };
  const { mark } = await handler(world).create(wanted, workOf(urnOf("prod", machine)));
  world.marks[machine] = mark;
}

async function another(world: World, machine: Machine): Promise<void> {
  const id = world.site.itemId(machine);
  const item = JSON.stringify(world.find(machine));
  const points = async (): Promise<string> =>
    (await world.site.engine.recoveryPoints(id)).map((point) => point.id).join();
  const before = await points();
  const image = world.activeImage(machine);
  const digest = world.hash(image);
  const wanted = { ...world.site.inputs(machine), ...world.settingsOf(machine) };
  // The state of a creation that was replaced, a renamed resource, another stack.
  const other = world.pick([
    urnOf("prod", machine),
    `${urnOf("prod", machine)}-renamed`,
    urnOf("test", machine),
  ]);
  const { engineId: engine, homeFolder: home } = world.site.engine;
  const stale = { engine, home, mark: world.pick(["an older one", "none"]) };
  const acts: Record<string, () => Promise<unknown>> = {
    creation: () => handler(world).create(wanted, workOf(urnOf("test", machine))),
    deletion: () => handler(world).delete(id, workOf(other, stale)),
  };
  for (const [name, act] of Object.entries(acts)) {
    await act().catch((error: unknown) => checkError(error));
    const isSame = JSON.stringify(world.find(machine)) === item && (await points()) === before;
    hold("ownersDecide", isSame, `a ${name} of ${machine} by ${other}`);
    hold("bytesStay", world.hash(image) === digest, `a ${name} of ${machine} by ${other}`);
  }
}

export function ownerAccidents(world: World, machine: Machine): Step[] {
  if (world.marks[machine] === undefined) return [];
  return [{ name: `another resource means ${machine}`, run: () => another(world, machine) }];
}
