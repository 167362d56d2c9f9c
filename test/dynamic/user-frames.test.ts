import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { printed, showUserFrames } from "../../provider/dynamic/user-frames.ts";

const sdk = path.dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/resource.js"));
const ours = path.resolve(import.meta.dirname, "../../provider");

/** A frame of a stack; the top of a module has no function. */
function frame(file: string | null, line: number, of?: string): NodeJS.CallSite {
  const place = `${file ?? "<anonymous>"}:${line}:7`;
  return {
    getFileName: () => file ?? undefined,
    toString: () => (of === undefined ? place : `${of} (${place})`),
  } as unknown as NodeJS.CallSite;
}

const ofResource = [
  frame(`${sdk}/resource.js`, 1, "Resource.callsites"),
  frame(`${sdk}/resource.js`, 2, "Resource.stackTrace"),
  frame(`${sdk}/resource.js`, 3, "new Resource"),
  frame(`${sdk}/resource.js`, 4, "new CustomResource"),
  frame(pathToFileURL(`${ours}/dynamic/declared-resource.js`).href, 5, "new DeclaredResource"),
  frame(pathToFileURL(`${ours}/dynamic/vault.js`).href, 6, "new Vault"),
  frame(pathToFileURL(`${ours}/declare-stack.js`).href, 7, "declareStack"),
];
const behind = [
  frame(null, 1, "new Promise"),
  frame("node:internal/process/task_queues", 2, "runMicrotasks"),
  frame(`${sdk}/runtime/stack.js`, 3, "runInPulumiStack"),
];

/** The lines that Pulumi's SDK looks at: it leaves out its own four and one class below them. */
function seen(users: readonly NodeJS.CallSite[]): string[] {
  const text = printed(new Error("x"), [...ofResource, ...users, ...behind]) as string;
  return text.split("\n").slice(6);
}

describe("the position of a resource", () => {
  test("is the user's, whatever classes and functions of ours lie between", () => {
    expect(
      seen([frame("/home/user/site.ts", 12, "site"), frame("/home/user/index.ts", 3, "Object.<anonymous>")]),
    ).toEqual(["    at program (/home/user/site.ts:12:7)", "    at program (/home/user/index.ts:3:7)"]);
  });

  test("is told at the top of an ES module too, as a path", () => {
    expect(seen([frame("file:///home/user/a%20b/main.ts", 2)])).toEqual([
      "    at program (/home/user/a b/main.ts:2:7)",
    ]);
  });

  test("comes by way of what maps positions to their sources", () => {
    const mapped = (error: Error, frames: NodeJS.CallSite[]): string =>
      `${String(error)}${frames.map(() => "\n    at user (index.ts:1:1)").join("")}`;
    const frames = [...ofResource, frame("/home/user/bin/index.js", 9, "user")];
    expect((printed(new Error("x"), frames, mapped) as string).split("\n").slice(6)).toEqual([
      "    at program (index.ts:1:1)",
    ]);
  });
});

describe("while a resource is made", () => {
  let showAllFrames: (() => void) | undefined;
  afterEach(() => showAllFrames?.());

  test("other errors have no frames, and all have them again when it is made", () => {
    const { stackTraceLimit, prepareStackTrace } = Error;
    showAllFrames = showUserFrames();
    expect(new Error("short").stack).toBe("Error: short");
    showAllFrames();
    expect(new Error("long").stack).toMatch(/^Error: long\n +at .*user-frames\.test\.ts/);
    expect([Error.stackTraceLimit, Error.prepareStackTrace]).toEqual([stackTraceLimit, prepareStackTrace]);
  });

  test("the stack of anything else is printed as ever", () => {
    const frames = [frame("/home/user/index.ts", 1, "f"), ...ofResource];
    expect((printed(new Error("x"), frames) as string).split("\n")).toHaveLength(1 + frames.length);
  });
});
