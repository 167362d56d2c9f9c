/**
 * Every flow, at each of its states, meets each accident of a site with two hosts; then everything is tried that can be
 * done with an item. Whatever is refused or done: never two machines run that the engine could have looked at, another
 * machine of the name is never touched, and nothing that is wrong goes without an alert.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../../provider/engine/engine.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import type { ItemAction } from "../../../provider/model/transitions.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { unsyncedFileSystem } from "../../blocks/unsynced-file-system.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { Hosts } from "../more-hosts.ts";

let site: FlowSite;
let hosts: Hosts;
let second: string;
afterEach(() => site.remove());

const id = (): string => site.itemId();

/** The actions that lead once around all states of a flow, as far as each has them. */
const onward: readonly [ItemAction, () => Promise<unknown>][] = [
  ["Commit", () => site.engine.moves.commit(id(), quiet)],
  ["Failback", () => site.engine.moves.failback(id(), quiet)],
  ["ReverseReplicate", () => site.engine.moves.reverseReplicate(id(), quiet)],
  [
    "UnplannedFailover",
    () => site.engine.moves.failover(id(), { kind: "unplanned", recoveryPoint: "latest" }, quiet),
  ],
];

async function advance(): Promise<void> {
  const { allowedOperations } = await site.engine.viewItem(id());
  const [, act] = onward.find(([action]) => allowedOperations.includes(action))!;
  await act();
}

/** A machine that has nothing to do with the item but its name. */
const foreign = (): string => path.join(second, "web1");

interface Accident {
  readonly name: string;
  /** Returns what ends it. */
  begin(): () => void;
}

const accidents: readonly Accident[] = [
  { name: "its host is away", begin: () => hosts.away(hosts.first) },
  { name: "its folder is away", begin: () => hosts.away(path.dirname(site.image())) },
  {
    name: "its host comes back empty",
    begin: () => {
      const folder = hosts.first;
      const bringBack = hosts.away(folder);
      fs.mkdirSync(folder);
      return () => {
        if (fs.readdirSync(folder).length > 0) return;
        fs.rmdirSync(folder);
        bringBack();
      };
    },
  },
  {
    name: "a second machine has its name",
    begin: () => {
      fs.cpSync(path.dirname(site.image()), foreign(), { recursive: true });
      fs.rmSync(path.join(foreign(), "machine-id"), { force: true });
      fs.writeFileSync(path.join(foreign(), "os.img"), "another machine");
      fs.rmSync(path.join(foreign(), "power-state"), { force: true });
      return () => fs.rmSync(foreign(), { recursive: true });
    },
  },
];

/** Folders in which a machine of the item may be now, where the engine can look at it. */
function visible(isForeign: boolean, remembered: readonly string[]): string[] {
  const folders = [...remembered, path.join(second, "web1")].filter(
    (folder) => !(isForeign && folder === foreign()),
  );
  return [...new Set(folders)].filter((folder) => fs.existsSync(path.join(folder, "machine.yaml")));
}

const isRunning = (folder: string): boolean => site.power(path.join(folder, "os.img")) === "running";

async function attemptAll(check: () => void): Promise<void> {
  const acts = [
    () => site.engine.replicate(id(), quiet),
    ...onward.map(([, act]) => act),
    () => site.engine.moves.cancel(id(), quiet),
    () => site.engine.moves.failover(id(), { kind: "planned", recoveryPoint: "latest" }, quiet),
    () => site.engine.replicate(id(), quiet, "resync"),
  ];
  for (const act of acts) {
    try {
      await act();
    } catch (error) {
      expect(error).toBeInstanceOf(SiteRecoveryError);
      expect((error as SiteRecoveryError).code, (error as Error).message).not.toBe("Bug");
    }
    check();
  }
}

async function run(flow: FlowId, steps: number, accident: Accident): Promise<void> {
  // No power is cut here, so nothing has to wait for the device.
  const open = (home: string): Promise<Engine> => openEngine({ home, files: unsyncedFileSystem });
  site = await FlowSite.make({ flow, content: randomBytes(131_072), open });
  hosts = new Hosts(site);
  second = await hosts.add("z-second");
  await site.protect();
  for (let step = 0; step < steps; step += 1) await advance();
  const bytes = site.hash(site.image());
  const source = path.dirname(site.image());
  const remembered = new Set([source]);
  const remember = (): void => {
    const folder = site.item().details.recoveryMachine?.folder;
    if (folder !== undefined) remembered.add(folder);
  };
  remember();
  const isForeign = accident.name.startsWith("a second");
  const running = (): string[] => visible(isForeign, [...remembered]).filter(isRunning);
  const end = accident.begin();
  await attemptAll(() => {
    remember();
    expect(running().length, running().join(" and ")).toBeLessThanOrEqual(1);
    if (!isForeign) return;
    expect(fs.readFileSync(path.join(foreign(), "os.img"), "utf8")).toBe("another machine");
    expect(isRunning(foreign())).toBe(true);
  });
  if (!fs.existsSync(source) || !accident.name.includes("folder")) end();
  if (running().length > 1) {
    const codes = (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);
    expect(codes.some((code) => ["SecondActiveMachine", "DuplicateMachine"].includes(code))).toBe(true);
  }
  // The first action that sees the second active machine shuts it down.
  await site.engine.replicate(id(), quiet).catch(() => undefined);
  expect(running().length, running().join(" and ")).toBeLessThanOrEqual(1);
  const { healthNotes } = await site.engine.viewItem(id());
  if (running().length === 0) expect(healthNotes.length).toBeGreaterThan(0);
  if (healthNotes.length > 0) return;
  expect(running().map((folder) => site.hash(path.join(folder, "os.img")))).toEqual([bytes]);
}

/** How many actions lead once around each flow. */
const rounds: Readonly<Partial<Record<FlowId, number>>> = { S1: 6, S3: 5, S5: 6, S6: 6 };

for (const [flow, states] of Object.entries(rounds) as [FlowId, number][]) {
  describe(`${flow}`, () => {
    for (const accident of accidents) {
      for (let steps = 0; steps < states; steps += 1) {
        it(`[HW-5a] ${accident.name} after ${steps} actions`, () => run(flow, steps, accident));
      }
    }
  });
}
