import fs from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diskContent } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";

/** One wrong thing each: what is changed in the definition's text, and what the user must read. */
const cases: { what: string; from: string; to: string; expected: RegExp }[] = [
  {
    what: "an unknown key",
    from: "  - name: web1\n",
    to: "  - name: web1\n    storageAcount: replicas\n",
    expected:
      /siterecovery\.yaml:\d+:5: machines\[0\]\.storageAcount: unknown property 'storageAcount'; did you mean 'storageAccount'\?/,
  },
  {
    what: "a wrong type",
    from: "replicationInterval: 300",
    to: "replicationInterval: often",
    expected:
      /siterecovery\.yaml:\d+:\d+: policies\[0\]\.replicationInterval: 'often' is not one of 30, 300 or 900/,
  },
  {
    what: "a missing reference",
    from: "policy: every-5-minutes",
    to: "policy: every-5-minute",
    expected: /sites\[0\]\.policy: there is no policy 'every-5-minute'; did you mean 'every-5-minutes'\?/,
  },
  {
    what: "a duplicate name",
    from: "  - name: web1\n",
    to: "  - name: web1\n  - name: web1\n",
    expected: /machines\[1\]\.name: there is a machine 'web1' already, at machines\[0\]\.name/,
  },
  {
    what: "[C-7] no storage account",
    from: "  storageAccounts:\n    - name: replicas\n",
    to: "  storageAccounts: []\n",
    expected: /azure\.storageAccounts: is too short a list: at least 1 entry/,
  },
  {
    what: "[C-7] no network",
    from: "      - from: production\n",
    to: "      - from: other\n",
    expected:
      /machines\[0\]\.name: cannot be protected: its network 'production' is mapped to no virtual network/,
  },
];

describe("bad input, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  let good: string;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("web1", [{ id: "os", content: diskContent(5, 1) }]);
    project.define({ machines: [{ name: "web1" }] });
    good = fs.readFileSync(project.path("siterecovery.yaml"), "utf8");
  });
  afterAll(() => project.remove());
  afterEach(() => {
    // Nothing was created by a definition that failed the check.
    expect(fs.existsSync(project.path(".siterecovery", "storage"))).toBe(false);
  });

  async function expectRefusal(expected: RegExp): Promise<void> {
    const up = await project.pulumi("up", "--yes", "--stack", "test");
    expect(up.text).toMatch(expected);
    expect(up.status).not.toBe(0);
    expect(up.text).toContain("nothing was changed");
    expect(up.text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
    expect(up.text).not.toMatch(/\d+ created/);
  }

  for (const { what, from, to, expected } of cases) {
    it(`tells ${what} with file, line and column, and creates nothing`, async () => {
      expect(good).toContain(from);
      project.write("siterecovery.yaml", good.replace(from, to));
      await expectRefusal(expected);
    });
  }

  it("tells a missing disk file", async () => {
    project.write("siterecovery.yaml", good);
    fs.renameSync(project.path("hv1/web1/os.img"), project.path("elsewhere.img"));
    await expectRefusal(
      /machines\[0\]\.name: The machine web1 has no image for its disk "os": .*os\.img does not exist/,
    );
    fs.renameSync(project.path("elsewhere.img"), project.path("hv1/web1/os.img"));
  });

  it("[C-8] refuses a guest system that is not on the support matrix, with the reason", async () => {
    const file = project.path("hv1/web1/machine.yaml");
    const machine = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, machine.replace("22.04", "9.10"));
    await expectRefusal(
      /cannot be protected: its guest system Ubuntu 9\.10 is not on the support matrix; supported are Ubuntu 18\.04/,
    );
    fs.writeFileSync(file, machine);
  });
});
