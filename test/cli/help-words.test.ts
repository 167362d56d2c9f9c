import { expect, it } from "vitest";
import { runHere } from "./in-process.ts";

it.each([
  [["help"], 0, /^Usage: siterecovery \[options\]/],
  [["help", "status"], 0, /^Usage: siterecovery status /],
  [["help", "plan"], 0, /^Usage: siterecovery plan /],
  [["help", "plan", "failover"], 0, /^Usage: siterecovery plan failover /],
  [["help", "plan", "failover", "shop"], 0, /^Usage: siterecovery plan failover /],
  [["help", "jobs", "complete"], 0, /^Usage: siterecovery jobs complete /],
] as const)("%j prints that help", async (words, code, text) => {
  expect(await runHere("nowhere", ...words)).toMatchObject({ code, stdout: expect.stringMatching(text) });
});

it.each([
  [["help", "plan", "failovr"], "unknown command 'failovr'"],
  [["help", "statsu"], "unknown command 'statsu'"],
] as const)("%j says that there is no such command", async (words, text) => {
  const { code, stdout, stderr } = await runHere("nowhere", ...words);
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(text)]);
});
