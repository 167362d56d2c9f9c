import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import type { StackDefinition } from "../../provider/stack/stack-definition.ts";
import type { StackFile } from "../../provider/stack/stack-file.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { quiet } from "../engine/fixture.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { arbitraryStack, type PlacedStack } from "./arbitrary-definition.ts";
import { arbitraryChanges, arbitraryMachine, type Change } from "./arbitrary-mistakes.ts";

/** Each of them that is right is created: about a minute of one processor for a thousand. */
const cases = Number(process.env["SITERECOVERY_VERDICTS"] ?? 150);

interface Case {
  readonly stack: PlacedStack;
  readonly changes: readonly Change[];
  readonly machines: readonly object[];
}

const arbitraryCase: fc.Arbitrary<Case> = fc.record({
  stack: arbitraryStack,
  changes: arbitraryChanges,
  machines: fc.array(arbitraryMachine, { minLength: 6, maxLength: 6 }),
});

/** Writes a definition with its surroundings, and returns its text. */
function write(folder: string, { stack, changes, machines }: Case, resourceGroup: string): string {
  let at = 0;
  for (const [inventory, names] of stack.inventories) {
    fs.mkdirSync(path.join(folder, inventory), { recursive: true });
    for (const name of names) writeMachine(path.join(folder, inventory), name, machines[(at += 1) % 6]);
  }
  for (const name of ["retention", "physical"]) fs.mkdirSync(path.join(folder, name));
  const definition = structuredClone({ ...stack.definition, resourceGroup }) as StackDefinition;
  for (const { apply } of changes) apply(definition as never);
  const text = writeYaml(definition);
  fs.writeFileSync(path.join(folder, "siterecovery.yaml"), text);
  return text;
}

function read(file: string): StackFile | undefined {
  try {
    return readStack(file);
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}

/** Both doors of Pulumi ask the handler. */
async function refusedByCheck(engine: Engine, stack: StackFile): Promise<string[]> {
  const failures = declarationsOf(stack).map(async ({ logicalName, kind, inputs }) => {
    const [failure] = await handlerOf(kind, engine).check(JSON.parse(JSON.stringify(inputs)) as object);
    return failure ? [`check of ${logicalName}: ${failure.property} ${failure.reason}`] : [];
  });
  return (await Promise.all(failures)).flat();
}

async function refusedByUpdate(engine: Engine, stack: StackFile): Promise<string[]> {
  for (const { logicalName, kind, inputs } of declarationsOf(stack)) {
    try {
      await handlerOf(kind, engine).create(JSON.parse(JSON.stringify(inputs)) as object, quiet);
    } catch (error) {
      return [`create of ${logicalName}: ${(error as Error).message}`];
    }
  }
  return [];
}

/** An engine of its own for each: every change is written to the catalogs of all accounts that an engine has. */
async function refusals(folder: string, stack: StackFile): Promise<string[]> {
  const engine = await openEngine({ home: path.join(folder, "home") });
  try {
    return [...(await refusedByCheck(engine, stack)), ...(await refusedByUpdate(engine, stack))];
  } finally {
    engine.close();
  }
}

describe("definitions at random, right and wrong", () => {
  it("that validate takes are taken by every check, and created", { timeout: 1_200_000 }, async () => {
    // In memory where there is such a folder: an engine waits for the device at every step.
    const memory = "/dev/shm";
    const root = fs.mkdtempSync(
      path.join(fs.existsSync(memory) ? memory : os.tmpdir(), "siterecovery-verdicts-"),
    );
    let right = 0;
    const refused: string[] = [];
    try {
      for (const [index, one] of fc.sample(arbitraryCase, { numRuns: cases, seed: 20261128 }).entries()) {
        const folder = path.join(root, `case${index}`);
        const text = write(folder, one, `dr${index}`);
        const stack = read(path.join(folder, "siterecovery.yaml"));
        if (stack !== undefined) {
          right += 1;
          const reasons = await refusals(folder, stack);
          refused.push(...reasons.map((reason) => `${reason}\n${text}`));
        }
        fs.rmSync(folder, { recursive: true });
      }
    } finally {
      fs.rmSync(root, { recursive: true });
    }
    const summary = [...new Set(refused.map((text) => text.split("\n", 1)[0]))];
    expect(refused.slice(0, 2), `${refused.length}:\n${summary.join("\n")}`).toEqual([]);
    // Enough of both, or the test would say nothing.
    expect(right).toBeGreaterThan(cases / 4);
    expect(right).toBeLessThan((cases * 3) / 4);
  });
});
