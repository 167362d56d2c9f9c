import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Forecast } from "../../provider/engine/forecast/forecast.ts";
import { machineDefinition } from "../machine-definition.ts";
import { runProgram } from "./run-program.ts";

const mebibyte = 1024 * 1024;
let folder: string;
let definition: string;

/** One disk of noise, and one of zeros and text. */
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-simulate-"));
  definition = path.join(folder, "siterecovery.yaml");
  const contents = {
    db1: randomBytes(2 * mebibyte),
    web1: Buffer.alloc(2 * mebibyte, "all alike ").fill(0, mebibyte),
  };
  for (const [name, content] of Object.entries(contents)) {
    fs.mkdirSync(path.join(folder, "hv1", name), { recursive: true });
    fs.writeFileSync(path.join(folder, "hv1", name, "machine.yaml"), stringify(machineDefinition(name)));
    fs.writeFileSync(path.join(folder, "hv1", name, "os.img"), content);
  }
  fs.writeFileSync(
    definition,
    stringify({
      version: 1,
      resourceGroup: "dr",
      vault: { name: "vault" },
      azure: { storageAccounts: [{ name: "replicas" }], networks: [{ name: "net" }] },
      policies: [{ name: "five", recoveryPointHistoryDuration: 2 }],
      sites: [
        {
          name: "london",
          hosts: [{ name: "hv1", inventory: "hv1" }],
          policy: "five",
          networkMappings: [{ from: "production", to: "net" }],
        },
      ],
      machines: [{ name: "db1" }, { name: "web1" }],
      plans: [{ name: "shop", groups: [["db1"], { machines: ["web1"], after: [{ manual: "Look at it" }] }] }],
    }),
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const simulate = (...words: string[]): ReturnType<typeof runProgram> =>
  runProgram(path.join(folder, "home"), "simulate", definition, ...words);

describe("siterecovery simulate", () => {
  it("measures the disks, and tells copies, RPO, storage, servers and plans", async () => {
    const { code, stdout } = await simulate("--churn", "1GiB", "--churn", "db1=2GiB", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Forecast;
    const [db1, web1] = result.machines;
    expect([db1!.dataBytes, web1!.dataBytes]).toEqual([2 * mebibyte, mebibyte]);
    expect(db1!.compressedRatio).toBeGreaterThan(0.99);
    expect(web1!.compressedRatio).toBeLessThan(0.05);
    expect([db1!.churnBytesPerDay, web1!.churnBytesPerDay]).toEqual([2 * 1024 ** 3, 1024 ** 3]);
    expect([db1!.pointCount, result.servers.map(({ name }) => name)]).toEqual([25, ["london/default"]]);
    expect(Math.round(result.plans[0]!.rtoSeconds)).toBe(900);
  });

  it("goes by what the definition expects of a machine, unless the command line says something else", async () => {
    const own = path.join(folder, "expected.yaml");
    const text = fs
      .readFileSync(definition, "utf8")
      .replace(/- name: db1\n/, "- name: db1\n    dailyChangeGibibytes: 3\n");
    fs.writeFileSync(own, text);
    const churnOf = async (...words: string[]): Promise<number[]> => {
      const { code, stdout } = await runProgram(
        path.join(folder, "home"),
        "simulate",
        own,
        ...words,
        "--json",
      );
      expect(code).toBe(0);
      return (JSON.parse(stdout) as Forecast).machines.map((machine) => machine.churnBytesPerDay / 1024 ** 3);
    };
    expect(await churnOf("--churn", "web1=1GiB")).toEqual([3, 1]);
    expect(await churnOf("--churn", "web1=1GiB", "--churn", "db1=2GiB")).toEqual([2, 1]);
    expect(await churnOf("--churn", "5GiB")).toEqual([5, 5]);
    const { code, stderr } = await runProgram(path.join(folder, "home"), "simulate", own);
    expect([code, stderr]).toEqual([2, expect.stringContaining("How much does web1 change")]);
  });

  it("draws tables, and a page that loads nothing from elsewhere", async () => {
    const html = path.join(folder, "forecast.html");
    const { code, stdout, stderr } = await simulate("--churn", "1GiB", "--html", html);
    expect(code).toBe(0);
    expect(stdout).toMatch(/db1 +2\.0 MiB +1\.0 GiB\/d/);
    expect(stderr).toContain(html);
    const page = fs.readFileSync(html, "utf8");
    expect(page.match(/class="chart" role="img"/g)).toHaveLength(3);
    expect(page).not.toMatch(/\b(src|href)=|@import|url\(/);
    expect(page.match(/<script/g)).toHaveLength(1);
    // Values of each chart, for whoever does not see it.
    expect(page.match(/<details id="(rpo|storage|sent)-values">/g)).toHaveLength(3);
    expect(page).toMatch(/<th scope="row">\d{4}-\d\d-\d\d \d\d:\d\d<\/th><td>/);
  });

  it("fails where the RPO or a plan gets longer than allowed, and says which", async () => {
    const { code, stderr } = await simulate("--churn", "1GiB", "--max-rpo", "5", "--max-rto", "1");
    expect(code).toBe(1);
    expect(stderr).toMatch(/db1: the RPO gets longer than 5 min\n.*\nshop: the plan takes longer than 1 min/);
    expect((await simulate("--churn", "1GiB", "--max-rpo", "6", "--max-rto", "16")).code).toBe(0);
  });

  it.each([
    [["--churn", "much"], /--churn is "much", which is no size/],
    [["--churn", "db2=1GiB"], /--churn names "db2".*Did you mean "db1"/],
    [[], /How much does db1 change in a day/],
    [["--churn", "1GiB", "--hours", "0"], /--hours is "0"; write a number from 1 to/],
    [["--churn", "1GiB", "--busy-hours", "Monday"], /--busy-hours is "Monday"; write days, hours/],
    [["--churn", "1GiB", "--busy-hours", "Monday 08:00-18:00 Nowhere"], /--busy-hours/],
    [["--churn", "1GiB", "--from", "soon"], /--from is "soon"; write a time/],
    [["--measured"], /There is no engine in/],
    [["--churn", "1GiB", "--html", "/no/such/folder/page.html"], /page\.html/],
  ])("refuses %j with one line", async (words, message) => {
    const { code, stdout, stderr } = await simulate(...words);
    const isAboutWorld = words.includes("--measured") || words.includes("--html");
    expect([code, stdout]).toEqual([isAboutWorld ? 1 : 2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
