import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Door, DoorExample, pulumiForPython } from "./door-example.ts";
import { sha256 } from "./disk-content.ts";

const vaultId =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers" +
  "/Microsoft.RecoveryServices/vaults/dr-vault";

/** The line of the generated program that declares an imported vault. */
const importedVault: Partial<Record<Door, RegExp>> = {
  "plugin-yaml": /type: siterecovery:Vault/,
  "plugin-typescript": /new siterecovery\.Vault\("dr-vault", \{/,
  "plugin-python": /= siterecovery\.Vault\("dr-vault",/,
};

/** Doors that differ only in the language that generates the same calls: `npm test` moves a machine through two of them. */
const movesIn = (door: Door): boolean =>
  process.env["SITERECOVERY_THOROUGH"] !== undefined || ["typescript", "plugin-yaml"].includes(door);

const doors: readonly Door[] = ["typescript", "plugin-yaml", "plugin-typescript", "plugin-python"];

for (const door of doors) {
  const cannotRun = door === "plugin-python" && "missing" in pulumiForPython;
  describe.skipIf(cannotRun)(`examples/doors/${door}, with the real Pulumi CLI`, () => {
    let example: DoorExample;
    const source = (): string => example.path("machines/hv1/web1/os.img");
    const replica = (): string => example.path(".siterecovery/azure/dr/web1/os.img");

    beforeAll(async () => {
      example = await DoorExample.make(door);
      await example.prepare(door);
    });
    afterAll(() => example?.remove());

    it("protects a machine", async () => {
      const output = await example.up();
      expect(output).toContain("+ 10 created");
      expect(output).toMatch(/activeLocation *: "primary"/);
      expect(output).toMatch(/protectionState *: "Protected"/);
      const { name, protectionState, recoveryPointCount } = await example.item();
      expect({ name, protectionState }).toEqual({ name: "web1", protectionState: "Protected" });
      expect(recoveryPointCount).toBeGreaterThan(0);
    });

    it("changes nothing the second time, and finds no drift", async () => {
      expect(await example.up()).toContain("10 unchanged");
      expect(await example.pulumi("preview", "--refresh", "--expect-no-changes")).toContain("10 unchanged");
    });

    if (door === "plugin-yaml")
      it("looks things up in the engine of another program", async () => {
        fs.mkdirSync(example.path("lookups"));
        fs.writeFileSync(
          example.path("lookups", "Pulumi.yaml"),
          `name: lookups
runtime: yaml
plugins: { providers: [{ name: siterecovery, path: ../../../../bin }] }
config: { siterecovery:home: { value: ../.siterecovery } }
variables:
  vaults: { fn::invoke: { function: siterecovery:listVaults, return: vaults } }
  jobs: { fn::invoke: { function: siterecovery:getJobs, arguments: { limit: 1 }, return: jobs } }
outputs: { vault: "${"$"}{vaults[0].name}", state: "${"$"}{jobs[0].state}" }
`,
        );
        await example.pulumi("-C", "lookups", "stack", "init", "test");
        const preview = await example.pulumi("-C", "lookups", "preview");
        expect(preview).toMatch(/vault: "dr-vault"/);
        expect(preview).toMatch(/state: "Succeeded"/);
      });

    it.runIf(movesIn(door))("fails over when activeLocation changes, and back", async () => {
      await example.pulumi("config", "set", "activeLocation", "recovery");
      const preview = await example.pulumi("preview");
      expect(preview).toMatch(/planned failover to the recovery side.*source is shut down first/);
      expect((await example.item()).activeLocation).toBe("primary");
      const output = await example.up();
      expect(output).toContain("~ 1 updated");
      expect(output).toMatch(/activeLocation *: "primary" => "recovery"/);
      expect((await example.item()).activeLocation).toBe("recovery");
      expect(fs.readFileSync(example.path("machines/hv1/web1/power-state"), "utf8")).toBe("off\n");
      expect(sha256(replica())).toBe(sha256(source()));
      expect(await example.up()).toContain("10 unchanged");

      await example.pulumi("config", "set", "activeLocation", "primary");
      expect(await example.up()).toContain("~ 1 updated");
      const back = await example.item();
      expect([back.activeLocation, back.protectionState]).toEqual(["primary", "Protected"]);
      expect(await example.up()).toContain("10 unchanged");
    });

    // `pulumi import` needs a plugin.
    const importedLine = importedVault[door];
    if (importedLine)
      it("imports a vault that exists, and shows the program for it", async () => {
        await example.pulumi("stack", "init", "second");
        try {
          const type = "siterecovery:index:Vault";
          const words = ["import", type, "dr-vault", vaultId, "--yes", "--protect=false", "--skip-preview"];
          const output = await example.pulumi(...words);
          expect(output).toContain("= 1 imported");
          expect(output).toMatch(importedLine);
          expect(output).toMatch(/(resourceGroupName|resource_group_name)["']?[:=] ?["']?dr\b/);
          const refreshed = await example.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
          expect(refreshed).toContain("2 unchanged");
        } finally {
          await example.pulumi("stack", "rm", "second", "--yes", "--force");
          await example.pulumi("stack", "select", "test");
        }
      });

    it("is destroyed without harm to the machine", async () => {
      const before = sha256(source());
      expect(await example.pulumi("destroy", "--yes", "--skip-preview")).toContain("- 10 deleted");
      expect(sha256(source())).toBe(before);
      expect(fs.existsSync(path.dirname(replica()))).toBe(false);
    });
  });
}

describe.each(["plugin-typescript", "plugin-python"] as const)("pulumi package add in %s", (door) => {
  const cannotRun = door === "plugin-python" && "missing" in pulumiForPython;
  it.skipIf(cannotRun)("generates the SDK, makes it a dependency, and says how to import it", async () => {
    const example = await DoorExample.make(door);
    try {
      const [manifest, line] =
        door === "plugin-python"
          ? ["requirements.txt", "import pulumi_siterecovery"]
          : ["package.json", 'import * as siterecovery from "@siterecovery/pulumi"'];
      const before = fs.readFileSync(example.path(manifest), "utf8");
      fs.writeFileSync(
        example.path(manifest),
        before.replace(/.*sdks\/.*\n/g, "").replace(/,(\s*\})/g, "$1"),
      );
      const output = await example.addPackage();
      expect(output).toContain(line);
      expect(fs.readFileSync(example.path(manifest), "utf8")).toContain("sdks/siterecovery");
      expect(await example.pulumi("preview")).toContain("+ 10 to create");
    } finally {
      example.remove();
    }
  });
});
