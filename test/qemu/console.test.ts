import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { type ConsoleWait, waitForWord } from "../../provider/qemu/console-words.ts";
import { GuestConsole } from "../../provider/qemu/guest-console.ts";
import { TurningClock } from "../turning-clock.ts";

let folder: string;
let file: string;
let guestConsole: GuestConsole;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "console-"));
  file = path.join(folder, "console.log");
  guestConsole = new GuestConsole(localFileSystem, file);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Waits for the word UP on a clock whose sleeps do what the guest does meanwhile. */
function waitWhile(steps: readonly (string | Buffer)[], more: Partial<ConsoleWait> = {}): Promise<string> {
  const clock = new TurningClock();
  const sleep = clock.sleep.bind(clock);
  const left = [...steps];
  clock.sleep = (milliseconds, signal) => {
    const step = left.shift();
    if (step !== undefined) fs.appendFileSync(file, step);
    return sleep(milliseconds, signal);
  };
  return waitForWord({
    console: guestConsole,
    machine: "web1",
    word: /^UP /,
    timeoutMs: 10_000,
    clock,
    isRunning: () => true,
    ...more,
  });
}

describe("the console", () => {
  it("has its last lines, as people read them", () => {
    expect(guestConsole.lastLines(10)).toEqual([]);
    fs.writeFileSync(
      file,
      "\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS\r\n\r\n\x1b]0;title\x07B\0oo\x1b[1;32mt\x1b(B é\r\nlogin: ",
    );
    expect(guestConsole.lastLines(10)).toEqual(["SeaBIOS", "Boot é", "login:"]);
    expect(guestConsole.lastLines(1)).toEqual(["login:"]);
    fs.writeFileSync(file, `${"x".repeat(100_000)}\nend\n`);
    expect(guestConsole.lastLines(2)[1]).toBe("end");
    expect(guestConsole.lastLines(2)[0]).toHaveLength(65_536 - "\nend\n".length);
  });

  it("is followed line by line, with what comes last, until it is over", async () => {
    const heard: string[] = [];
    let isOver = false;
    fs.writeFileSync(file, "one\ntwo\nth");
    const clock = new TurningClock();
    for await (const line of guestConsole.follow(clock, new AbortController().signal, () => isOver)) {
      heard.push(line);
      if (line === "two") {
        isOver = true;
        fs.appendFileSync(file, "ree\nfour");
      }
    }
    expect(heard).toEqual(["one", "two", "three", "four"]);
    const stop = new AbortController();
    const again: string[] = [];
    for await (const line of guestConsole.follow(systemClock, stop.signal, () => false)) {
      again.push(line);
      if (line === "three") stop.abort();
    }
    expect(again).toEqual(["one", "two", "three"]);
  });
});

describe("a word on the console", () => {
  it("is found when it comes, also in pieces, within a character, and in a line that has not ended", async () => {
    const e = Buffer.from("é");
    expect(await waitWhile(["", "boot", "ing\nU", "P 7", ".5\n"], { word: /^UP 7\.5$/ })).toBe("UP 7.5");
    fs.rmSync(file);
    expect(await waitWhile([e.subarray(0, 1), e.subarray(1), " login: "], { word: /login:$/ })).toBe(
      "é login:",
    );
  });

  it.each([
    ["grub rescue> ", "stays in its boot loader GRUB"],
    ["grub> ", "stays in its boot loader GRUB"],
    ["[ 1.0] Kernel panic - not syncing: Attempted to kill init!\n", "has a kernel that panicked"],
    ["NO ROOT DISK\n", "does not find its root file system"],
    ["No bootable device.\r\n", "has no disk that its firmware can start from"],
    ["BdsDxe: No bootable option or device was found.\r\n", "has no disk that its firmware can start from"],
    ["(initramfs) ", "waits for a person, in its emergency shell"],
  ])("is not waited for once the guest says %j", async (text, meaning) => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`).join("\n");
    const error = await waitWhile([`${lines}\n`, text]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "JobFailed", target: "web1" });
    const { message } = error as Error;
    expect(message).toContain(`Machine web1 ${meaning}. The last lines of its console:\nline 3\n`);
    expect(message.endsWith(text.trim())).toBe(true);
  });

  it("is not waited for when the guest has ended, but for what it wrote last", async () => {
    const isRunning = (): boolean => false;
    await expect(waitWhile([], { isRunning })).rejects.toThrow(
      "Machine web1 has ended without the word /^UP / on its console. Its console is empty.",
    );
    fs.writeFileSync(file, "UP 1");
    expect(await waitWhile([], { isRunning })).toBe("UP 1");
  });

  it("is waited for until the time is over, or the wait is stopped", async () => {
    const late = waitWhile(["almost\n"]);
    await expect(late).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    await expect(late).rejects.toThrow("has not written /^UP / to its console in 10 s.");
    await expect(late).rejects.toThrow("almost");
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(waitWhile([], { signal })).rejects.toThrow("stopped");
  });

  it("may be any, with other signs of failure", async () => {
    const failures = [{ pattern: /^ORA-/, meaning: "has a database that does not open" }];
    const given = waitWhile(["Kernel panic\nORA-01113\n"], { failures });
    await expect(given).rejects.toThrow("Machine web1 has a database that does not open.");
  });
});
