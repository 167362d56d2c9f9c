/** More hosts of the primary site: `spare`, which a machine may come back to when its own place is gone, and `third`. */
import fs from "node:fs";
import path from "node:path";
import { nameOf } from "../../provider/arm-id.ts";
import { flows } from "../../provider/model/flows.ts";
import { discardOf } from "./primary-accidents.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

const fabric = { resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london" };
const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };

async function declareHost({ site }: World, name: string): Promise<void> {
  const inventoryFolder = site.at("london", name);
  const host = { ...fabric, inventoryFolder };
  const { fabricType } = flows[site.flow];
  if (fabricType === "VMware") {
    await site.declare(`${name} host`, "vcenter", { ...host, vcenterName: name });
  } else if (fabricType === "VMM") {
    const cloud = { protectionContainerName: "machines", hostName: name };
    await site.declare(`${name} host`, "host", { ...host, ...cloud });
  } else {
    const properties = {
      machineName: name,
      authenticationIdentityInput: identity,
      resourceAccessIdentityInput: identity,
    };
    const server = { ...host, providerName: name, properties };
    await site.declare(`${name} host`, "services-provider", server);
  }
}

const moreHosts = ["spare", "third"] as const;

export async function declareMoreHosts(world: World): Promise<void> {
  for (const name of moreHosts) await declareHost(world, name);
}

/** Where a machine's image is on one of the two, if it came back there: to `third` only while `spare` is lost. */
export function spareImage(world: World, machine: Machine): string | undefined {
  const hostId = world.find(machine)?.details.machine?.hostId;
  const host = moreHosts.find((name) => hostId !== undefined && nameOf(hostId) === name) ?? "spare";
  const folder = world.lost.placeOf(path.join(world.site.folder, "london", host, machine));
  return fs.existsSync(path.join(folder, "machine.yaml")) ? path.join(folder, "os.img") : undefined;
}

async function failBack(world: World, machine: Machine): Promise<void> {
  const { site } = world;
  const before = world.hash(world.activeImage(machine));
  const isGone = !fs.existsSync(world.primaryImage(machine));
  const toHost = isGone && world.random.integer(3) > 0 ? { toHost: "spare" } : {};
  const discard = await discardOf(world, machine);
  await site.engine.moves.failback(site.itemId(machine), quiet, { ...toHost, ...discard });
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `failback of ${machine}`);
  if (toHost.toHost !== undefined) {
    hold(
      "bytesStay",
      spareImage(world, machine) !== undefined,
      `${machine} is not on the host that was named`,
    );
  }
  await world.note(machine, before);
}

/** Coming back, and what makes that hard: the machine at the primary side is gone. */
export function wayBackSteps(world: World, machine: Machine): Step[] {
  if (!world.allowed(machine).includes("Failback")) return [];
  const isThere = fs.existsSync(world.primaryImage(machine));
  return [
    { name: `fail back ${machine}`, machine, run: () => failBack(world, machine) },
    ...(isThere && world.random.happens(`${machine} is gone`, 2)
      ? [
          {
            name: `the primary machine is gone of ${machine}`,
            run: async () => {
              const folder = path.dirname(world.primaryImage(machine));
              await fs.promises.rm(folder, { recursive: true });
            },
          },
        ]
      : []),
  ];
}
