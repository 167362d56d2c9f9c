/** What service.yaml may say, and what is said of one that is wrong. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readServiceFile } from "../../provider/service/settings.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-service-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function read(text: string): ReturnType<typeof readServiceFile> {
  const file = path.join(folder, "service.yaml");
  fs.writeFileSync(file, text);
  return readServiceFile(file);
}

it("has a default for everything", () => {
  expect(read("{}")).toEqual({
    host: "127.0.0.1",
    port: 7080,
    lookSeconds: 60,
    stopWithinSeconds: 5,
    verifyWithinDays: 30,
    quietHours: undefined,
    dailySummary: undefined,
    channels: [],
    folder,
  });
  expect(read("listen: '[::1]:9000'")).toMatchObject({ host: "::1", port: 9000 });
  const { quietHours } = read('quietHours: { from: "22:00", to: "06:00", timeZone: Europe/Berlin }');
  expect(quietHours!.days).toHaveLength(7);
});

it.each<[what: string, text: string, place: string, message: RegExp]>([
  ["another computer's address", "listen: 0.0.0.0:7080", "1:9", /loopback address/],
  ["a port that is none", "listen: 127.0.0.1:70000", "1:9", /at most 65535/],
  ["a time zone that is none", 'dailySummary: { at: "07:30", timeZone: Berlin }', "1:40", /Europe\/London/],
  ["a time that is none", 'dailySummary: { at: "7.30", timeZone: UTC }', "1:21", /07:30/],
  ["a channel without a way", "channels: [{ name: ops }]", "1:12", /one of webhook, mail and command/],
  [
    "a channel with two ways",
    "channels: [{ name: ops, command: [a], webhook: { url: 'https://a.example' } }]",
    "1:12",
    /one of webhook, mail and command/,
  ],
  [
    "two channels of one name",
    "channels:\n  - { name: ops, command: [a] }\n  - { name: ops, command: [b] }",
    "3:13",
    /channel 'ops' already/,
  ],
  [
    "an open line to another computer",
    "channels: [{ name: ops, webhook: { url: 'http://a.example/x' } }]",
    "1:41",
    /https:\/\//,
  ],
  [
    "a password in an address",
    "channels: [{ name: ops, webhook: { url: 'https://me:hunter2@a.example' } }]",
    "1:41",
    /urlFrom/,
  ],
  ["no address", "channels: [{ name: ops, webhook: {} }]", "1:34", /url or urlFrom/],
  [
    "a secret in two places",
    "channels: [{ name: ops, webhook: { urlFrom: { file: a, environmentVariable: B } } }]",
    "1:45",
    /environmentVariable or file/,
  ],
  [
    "a user without a password",
    "channels: [{ name: ops, mail: { server: smtp://a, from: a@b.c, to: [a@b.c], user: me } }]",
    "1:31",
    /together/,
  ],
  [
    "a reason that is none",
    "channels: [{ name: ops, command: [a], reasons: [Fire] }]",
    "1:49",
    /AlertRaised/,
  ],
  ["a word that is none", "chanels: []", "1:1", /channels/],
])("refuses %s", (_what, text, place, message) => {
  let said = "";
  try {
    read(text);
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).toMatch(message);
  expect(said).toContain(`service.yaml:${place}`);
  expect(said).not.toContain("hunter2");
});
