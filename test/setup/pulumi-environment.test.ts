import { readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { commandFolder, pulumiVersion } from "../../setup/project.mjs";
import { collectOutput } from "../../setup/run-command.mjs";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

// These tests use the CLI that `npm test` has made available before.
describe("the environment of the Pulumi CLI", () => {
  test("has a CLI that runs, and the project's Node before any other", async () => {
    const { pulumi, env } = await ensurePulumi({ stateFolder: temporaryFolder() });
    const { exitCode, output } = await collectOutput(pulumi, ["version"], { environment: env });
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(/^v3\.\d+\.\d+\n$/) });
    expect(env["PATH"]?.split(delimiter).slice(0, 2)).toEqual([commandFolder, dirname(pulumi)]);
  });

  test("with a state folder, the state is there and nowhere else, whatever the user has set", async () => {
    const stateFolder = temporaryFolder();
    const environment = {
      ...process.env,
      PULUMI_BACKEND_URL: "https://api.pulumi.com",
      PULUMI_STACK: "production",
      PULUMI_ACCESS_TOKEN: "secret",
      PULUMI_CONFIG_PASSPHRASE: "the user's",
    };
    const { env } = await ensurePulumi({ stateFolder, environment });
    expect(env["PULUMI_BACKEND_URL"]).toBe(pathToFileURL(join(stateFolder, "state")).href);
    expect(env).not.toHaveProperty("PULUMI_STACK");
    expect(env).not.toHaveProperty("PULUMI_ACCESS_TOKEN");
    expect(env["PULUMI_CONFIG_PASSPHRASE"]).toBe(
      readFileSync(join(stateFolder, "passphrase"), "utf8").trim(),
    );
  });

  test("the passphrase is made once, is long, and only the user may read it", async () => {
    const stateFolder = temporaryFolder();
    const first = (await ensurePulumi({ stateFolder })).env["PULUMI_CONFIG_PASSPHRASE"];
    expect(first).toMatch(/^[\w-]{32}$/);
    expect((await ensurePulumi({ stateFolder })).env["PULUMI_CONFIG_PASSPHRASE"]).toBe(first);
    if (process.platform !== "win32")
      expect(statSync(join(stateFolder, "passphrase")).mode & 0o777).toBe(0o600);
  });

  test("without a state folder, the user's backend and passphrase win", async () => {
    const environment = {
      ...process.env,
      PULUMI_BACKEND_URL: "file:///elsewhere",
      PULUMI_CONFIG_PASSPHRASE: "",
    };
    const { env } = await ensurePulumi({ environment });
    expect(env["PULUMI_BACKEND_URL"]).toBe("file:///elsewhere");
    expect(env["PULUMI_CONFIG_PASSPHRASE"]).toBe("");
  });

  test("the CLI is of the version of the SDK that the project depends on", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(manifest.dependencies["@pulumi/pulumi"]).toBe(pulumiVersion);
    expect(manifest.devDependencies["pulumi"]).toBe(pulumiVersion);
  });
});
