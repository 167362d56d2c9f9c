/** `siterecovery drill`: the evidence of a drill, written and checked, the check without any home. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { chainOf, newKey } from "../drill-report/sealed.ts";
import { runHere } from "./in-process.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const file = (name: string): string => path.join(shop.site.folder, name);
const sr = (...words: string[]): ReturnType<typeof runHere> => runHere(shop.site.engine.homeFolder, ...words);

it("writes the newest report and its page, prints the key, and checks all of it", async () => {
  const [report, page, key] = [file("report.json"), file("report.html"), file("vault.pem")];
  const none = await sr("drill", "report", "--output", report);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("There is no report yet")]);
  expect((await sr("test-failover", "web1", "--network", "drill-net")).code).toBe(0);
  expect((await sr("clean-up", "web1")).code).toBe(0);
  const written = await sr("drill", "report", "web1", "--output", report, "--html", page);
  expect(written).toMatchObject({ code: 0, stderr: "" });
  expect(written.stdout).toMatch(
    /Succeeded, ended .*, report 1 of dr-vault, signed by the key ([0-9a-f]{4} ?){8}/,
  );
  expect(fs.readFileSync(page, "utf8")).toContain("<svg");
  const other = await sr("drill", "report", "nothing", "--output", report);
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('There is no report of "nothing"')]);
  const printed = await sr("drill", "key");
  expect(printed.stdout).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  fs.writeFileSync(key, printed.stdout);
  const chain = path.join(shop.site.engine.homeFolder, "drill-reports", "dr.dr-vault");
  const verified = await sr("drill", "verify", report, "--public-key", key, "--chain", chain);
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  expect(verified.stdout).toContain("is as it was signed");
  expect(verified.stdout).not.toContain("was not checked");
}, 60_000);

it("checks without a home, and says what is wrong", async () => {
  const nowhere = file("no-home");
  const verify = (...words: string[]): ReturnType<typeof runHere> =>
    runHere(nowhere, "drill", "verify", ...words);
  const [first, second, third] = chainOf(3, newKey());
  const write = (name: string, content: unknown): string => {
    fs.writeFileSync(file(name), JSON.stringify(content));
    return file(name);
  };
  const good = write("good.json", third);
  const alone = await verify(good);
  expect(alone.code).toBe(0);
  expect(alone.stdout).toContain("Whose key that is was not checked: add --public-key");
  const changed = await verify(write("changed.json", { ...third, measuredRtoSeconds: 1 }));
  expect([changed.code, changed.stderr]).toEqual([
    1,
    `${file("changed.json")}: /measuredRtoSeconds was changed after the report was signed\n`,
  ]);
  const evidence = file("evidence");
  fs.mkdirSync(evidence);
  fs.writeFileSync(path.join(evidence, "1.json"), JSON.stringify(first));
  const broken = await verify(good, "--chain", evidence);
  expect([broken.code, broken.stderr]).toEqual([1, `${good}: report 2 of the vault is missing\n`]);
  fs.writeFileSync(path.join(evidence, "2.json"), JSON.stringify(second));
  expect((await verify(good, "--chain", evidence)).code).toBe(0);
  const noReport = await verify(write("none.json", { format: "siterecovery-drill-report" }));
  expect([noReport.code, noReport.stderr]).toEqual([1, expect.stringContaining("none.json")]);
  const noKey = await verify(good, "--public-key", good);
  expect([noKey.code, noKey.stderr]).toEqual([2, expect.stringContaining("is no public key")]);
  expect(fs.existsSync(nowhere)).toBe(false);
}, 60_000);
