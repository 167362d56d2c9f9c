/** `examples/monitoring`: its files speak of metrics that the service has, and each of its alerts can be raised. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../provider/clock.ts";
import { Metrics } from "../../provider/service/metrics.ts";

const folder = path.resolve(import.meta.dirname, "../../examples/monitoring");
const read = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly object[];
    }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
}

const rules = (parse(read("alerts.yaml")) as Rules).groups.flatMap((group) => group.rules);
const panels = (JSON.parse(read("dashboard.json")) as Dashboard).panels;

describe("what the files speak of", () => {
  it.each([
    ["alerts.yaml", rules.map(({ expr }) => expr)],
    ["dashboard.json", panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))],
  ])("in %s are metrics of the service", async (_file, expressions) => {
    const exported = await new Metrics(systemClock).text();
    const known = [...exported.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => `${name}${end}`) : [name],
    );
    const named = expressions.flatMap((one) => one.match(/siterecovery_\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(expressions.length / 2);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it("is in the README, alert by alert", () => {
    const told = [...read("README.md").matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(told).toEqual(rules.map(({ alert }) => alert));
  });
});

describe("the alerts", () => {
  it("each have a test that raises them", () => {
    const { tests } = parse(read("alerts.test.yaml")) as RuleTests;
    const raised = tests.flatMap((one) => one.alert_rule_test).filter((one) => one.exp_alerts.length > 0);
    expect(new Set(raised.map(({ alertname }) => alertname))).toEqual(
      new Set(rules.map(({ alert }) => alert)),
    );
  });

  it.skipIf(!hasPromtool).each([
    ["check", "rules", "alerts.yaml"],
    ["test", "rules", "alerts.test.yaml"],
    ["check", "config", "prometheus.yaml"],
  ])("pass promtool %s %s %s", (...words) => {
    const { status, stdout, stderr } = spawnSync("promtool", words, { cwd: folder, encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
  });
});
