import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { SeededRandom } from "../../../provider/random.ts";
import { kindOf, type ObjectKind, objectKinds } from "./objects/object-kinds.ts";
import { Scenario } from "./objects/scenario.ts";

const sectorBytes = 512;
let scenario: Scenario;

beforeEach(async () => {
  scenario = await Scenario.make();
  await scenario.run();
});

afterEach(() => scenario.remove());

/** The content with one kind of damage; only those that change something. */
function* damaged(kind: ObjectKind, content: Buffer): Generator<readonly [string, Buffer]> {
  const { length } = content;
  const random = new SeededRandom(length);
  const ends = [0, 5, 9, 12, 17, 33, 60, 64, 70, 85, length - 1, length - 20, length - 33, length - 70];
  const within = [...ends, ...Array.from({ length: 10 }, () => random.integer(length))];
  for (const position of new Set(within.filter((each) => each >= 0 && each < length))) {
    const flipped = Buffer.from(content);
    flipped[position]! ^= 1 << random.integer(8);
    yield [`a flipped bit in byte ${position} of ${length}`, flipped];
  }
  if (kind.onlyFlips === true) return;
  const torn = Buffer.from(content);
  torn.fill(0, Math.floor((length - 1) / sectorBytes) * sectorBytes);
  if (!torn.equals(content)) yield ["a torn last sector", torn];
}

/** What using the damaged object threw. */
async function errorOf(use: () => unknown): Promise<unknown> {
  try {
    await use();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function expectError(kind: ObjectKind, file: string, what: string, bytes: Buffer): Promise<void> {
  const content = fs.readFileSync(file);
  fs.writeFileSync(file, bytes);
  const error = await errorOf(() => kind.use!(scenario));
  const target = expect.stringMatching(kind.names ?? new RegExp(`${path.basename(file)}$`)) as string;
  expect(error, what).toBeInstanceOf(SiteRecoveryError);
  expect(error, what).toMatchObject({ code: kind.code, target });
  if (kind.renew === undefined) fs.writeFileSync(file, content);
}

describe.each(objectKinds.filter((kind) => kind.use !== undefined))("[C-9] damage to: $name", (kind) => {
  it(`is ${kind.code} with its name, costs nothing else, and the next cycle works`, async () => {
    await kind.renew?.(scenario);
    const end = await kind.make?.(scenario);
    const found = scenario.filesLike(kind.pattern);
    expect(found.length).toBeGreaterThan(0);
    for (const file of found.slice(-2)) {
      const image = fs.readFileSync(scenario.imagePath);
      for (const [what, bytes] of damaged(kind, fs.readFileSync(file))) {
        if (kind.renew === undefined) await expectError(kind, file, what, bytes);
        else await expectError(kind, scenario.filesLike(kind.pattern).at(-1)!, what, bytes);
        await kind.renew?.(scenario);
      }
      expect(fs.readFileSync(scenario.imagePath).equals(image), "the source is untouched").toBe(true);
    }
    await end?.();
    await scenario.restoreAll();
    await scenario.write(3, 2, 77);
    await scenario.cycle("resync");
    await scenario.write(4, 2, 78);
    await scenario.cycle("delta");
    await scenario.restoreAll();
    expect((await scenario.store.verify(() => undefined)).findingCount).toBe(0);
  });
});

it("the table has every object that a full run makes, and a run makes every object of the table", () => {
  for (const file of scenario.filesLike(/./)) scenario.names.add(file);
  const met = new Set<string>();
  for (const file of scenario.names) {
    const kinds = kindOf(scenario, file);
    expect(
      kinds.map((kind) => kind.name),
      `kinds of ${file}`,
    ).toHaveLength(1);
    met.add(kinds[0]!.name);
  }
  expect(objectKinds.map((kind) => kind.name).filter((name) => !met.has(name))).toEqual([]);
});

it("what nobody reads may hold anything", async () => {
  const [segment] = scenario.filesLike(/\.segment$/);
  const [point] = scenario.filesLike(/\.point$/);
  const left = [`${segment}.partial`, `${point}.new`, `${scenario.imagePath}.hrl.new`];
  left.push(path.join(scenario.folder, "store", `store.key.new`));
  for (const file of left) fs.writeFileSync(file, "what a killed process left");
  scenario.store = await scenario.openStore();
  await scenario.write(5, 1, 5);
  await scenario.cycle("delta");
  await scenario.store.compact(scenario.machineId);
  await scenario.restoreAll();
  expect((await scenario.store.verify(() => undefined)).findingCount).toBe(0);
});
