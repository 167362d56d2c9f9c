import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeOnce } from "../../setup/pulumi-cli/make-once.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

describe("making a folder of the cache", () => {
  test("two at once leave one whole folder, which the first one made, and nothing else", async () => {
    const parent = temporaryFolder();
    const folder = join(parent, "cache", "cli");
    const make = (text: string, milliseconds: number) =>
      makeOnce(folder, async (temporary) => {
        writeFileSync(join(temporary, "part-1"), text);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        writeFileSync(join(temporary, "part-2"), text);
      });
    await Promise.all([make("slow", 60), make("fast", 20)]);
    expect(readFileSync(join(folder, "part-1"), "utf8")).toBe("slow");
    expect(readFileSync(join(folder, "part-2"), "utf8")).toBe("slow");
    expect(readdirSync(join(parent, "cache"))).toEqual(["cli"]);
  });

  test("a failure leaves nothing, and the next attempt may succeed", async () => {
    const parent = temporaryFolder();
    const folder = join(parent, "cli");
    const fail = makeOnce(folder, async (temporary) => {
      writeFileSync(join(temporary, "part-1"), "half");
      throw new Error("the compiler was killed");
    });
    await expect(fail).rejects.toThrow("the compiler was killed");
    expect(readdirSync(parent)).toEqual([]);
    await makeOnce(folder, async (temporary) => writeFileSync(join(temporary, "part-1"), "whole"));
    expect(readFileSync(join(folder, "part-1"), "utf8")).toBe("whole");
  });

  test("a folder that is there is not made again", async () => {
    const folder = temporaryFolder({ "part-1": "whole" });
    await makeOnce(folder, async () => expect.unreachable());
    expect(readFileSync(join(folder, "part-1"), "utf8")).toBe("whole");
  });
});
