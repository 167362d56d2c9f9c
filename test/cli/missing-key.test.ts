/** Replicas are read with a key, and a command line without one is wrong: exit code 2, before anything is looked at. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runHere } from "./in-process.ts";

it.each([["adopt"], ["retention"], ["export", "web1", "--to", "web1.img", "--from"]])(
  "%s without a key ends with 2 and says which options there are",
  async (...words) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-key-"));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const without = await runHere(folder, ...words, folder);
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringMatching(/Add --key-file <file> or --passphrase-file <file>/),
    ]);
    const keys = path.join(folder, "keys");
    fs.mkdirSync(keys);
    const empty = await runHere(folder, ...words, folder, "--key-file", keys);
    expect([empty.code, empty.stderr]).toEqual([
      2,
      expect.stringContaining(`no key file in the folder ${keys}`),
    ]);
  },
);
