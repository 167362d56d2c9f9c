/** The examples of the six flows, declared by the handlers on an engine of their own in a temporary folder. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { SeededRandom } from "../../provider/random.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import * as examples from "../stack/six-flows.ts";

export const flowExamples = [
  ["S1", examples.vmwareToAzure],
  ["S2", examples.physicalToAzure],
  ["S3", examples.hyperVToAzure],
  ["S4", examples.vmmToAzure],
  ["S5", examples.vmwareToSite],
  ["S6", examples.vmmToSite],
] as const;

const work = { report: () => undefined };

export class DeclaredExample {
  readonly engine: Engine;
  readonly declarations: readonly Declaration[];
  readonly #folder: string;
  readonly #home: string;
  readonly #ids = new Map<string, string>();

  private constructor(folder: string, home: string, engine: Engine) {
    this.#folder = folder;
    this.#home = home;
    this.engine = engine;
    this.declarations = declarationsOf(readStack("siterecovery.yaml"));
  }

  /** Makes all that a definition declares. The working folder is the definition's until it is removed. */
  static async make(definition: string): Promise<DeclaredExample> {
    const home = process.cwd();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-example-"));
    examples.makeSites(folder);
    fs.writeFileSync(path.join(folder, "siterecovery.yaml"), definition);
    // Relative folders of a definition count from the project's.
    process.chdir(folder);
    const engine = await openEngine({ home: path.join(folder, "home"), random: new SeededRandom(1) });
    const example = new DeclaredExample(folder, home, engine);
    for (const { kind, logicalName, inputs } of example.declarations)
      example.#ids.set(logicalName, (await handlerOf(kind, engine).create(inputs, work)).id);
    return example;
  }

  idOf({ logicalName }: Declaration): string {
    return this.#ids.get(logicalName)!;
  }

  thing(declaration: Declaration): { kind: KindName; id: string } {
    return { kind: declaration.kind, id: this.idOf(declaration) };
  }

  remove(): void {
    this.engine.close();
    process.chdir(this.#home);
    fs.rmSync(this.#folder, { recursive: true });
  }
}
