/** One process works at a time, others wait and say for whom, and what a killed one left is taken over. No time is measured. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { oneAtATime } from "../../setup/one-at-a-time.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const makeOnceFile = fileURLToPath(new URL("../../setup/pulumi-cli/make-once.mjs", import.meta.url));

/** A process that makes a folder, in which it says who it is, and waits for `go` before it is done. */
function maker(folder: string, go: string): { child: ReturnType<typeof spawn>; stderr: () => string } {
  const program = `
    import { makeOnce } from ${JSON.stringify(makeOnceFile)};
    import { appendFileSync, existsSync, writeFileSync } from "node:fs";
    await makeOnce(${JSON.stringify(folder)}, async (made) => {
      appendFileSync(${JSON.stringify(`${go}.made`)}, process.pid + "\\n");
      writeFileSync(made + "/by", String(process.pid));
      while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 20));
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, stderr: () => text };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test("of three processes one makes the folder, and the others wait for it and say so", async () => {
  const parent = temporaryFolder();
  const [folder, go] = [join(parent, "cache", "cli é"), join(parent, "go")];
  const makers = [1, 2, 3].map(() => maker(folder, go));
  const exits = makers.map(({ child }) => once(child, "exit"));
  await until(() => makers.filter(({ stderr }) => stderr().includes("Waiting")).length === 2);
  writeFileSync(go, "");
  expect((await Promise.all(exits)).map(([code]) => code as number)).toEqual([0, 0, 0]);
  const by = readFileSync(join(folder, "by"), "utf8");
  expect(readFileSync(`${go}.made`, "utf8")).toBe(`${by}\n`);
  for (const { child, stderr } of makers)
    if (String(child.pid) !== by) expect(stderr()).toContain(`Another process (${by}) is at it`);
  expect(readdirSync(join(parent, "cache"))).toEqual(["cli é"]);
}, 60_000);

test("what a killed process had begun is taken over by one that waits", async () => {
  const parent = temporaryFolder();
  const [folder, go] = [join(parent, "cli"), join(parent, "go")];
  const first = maker(folder, go);
  await until(() => existsSync(`${go}.made`));
  const second = maker(folder, go);
  await until(() => second.stderr().includes(`Another process (${first.child.pid})`));
  const isOver = once(second.child, "exit");
  first.child.kill("SIGKILL");
  await until(() => readFileSync(`${go}.made`, "utf8") === `${first.child.pid}\n${second.child.pid}\n`);
  writeFileSync(go, "");
  expect((await isOver)[0]).toBe(0);
  expect(readFileSync(join(folder, "by"), "utf8")).toBe(String(second.child.pid));
}, 60_000);

test("a lock from another machine is respected while it is renewed, and taken over when it is not", async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, "x"));
  const lock = join(parent, "x", "lock");
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: `not-${hostname()}`, token: "theirs" }));
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    // From now on its process is silent.
    utimesSync(lock, new Date(0), new Date(0));
  };
  expect(await oneAtATime(lock, () => Promise.resolve("done"), { say })).toBe("done");
  expect(said).toEqual([expect.stringContaining(`on not-${hostname()}`)]);
  expect(readdirSync(join(parent, "x"))).toEqual([]);
});

test("a failure ends the turn", async () => {
  const lock = join(temporaryFolder(), "lock");
  await expect(oneAtATime(lock, () => Promise.reject(new Error("no network")))).rejects.toThrow("no network");
  expect(existsSync(lock)).toBe(false);
});
