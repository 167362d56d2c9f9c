import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { examples } from "../../examples/machines.ts";
import { chooseExample, startUsage, surroundingsOf } from "../../setup/choose-example.mjs";

describe("the example of npm start", () => {
  it("is the Hyper-V site when none is named, and all words are for pulumi up", () => {
    expect(chooseExample([])).toEqual({ example: "hyperv-to-azure", rest: [], isVerbose: false });
    expect(chooseExample(["--verbose", "--diff"])).toMatchObject({ rest: ["--diff"], isVerbose: true });
    expect(chooseExample(["vmm-to-vmm", "--verbose"])).toEqual({
      example: "vmm-to-vmm",
      rest: [],
      isVerbose: true,
    });
    expect(chooseExample(["--diff"])).toEqual({
      example: "hyperv-to-azure",
      rest: ["--diff"],
      isVerbose: false,
    });
    expect(surroundingsOf("hyperv-to-azure", {})).toEqual({
      stack: "dev",
      environment: { SITERECOVERY_EXAMPLE: "hyperv-to-azure" },
    });
  });

  it("is named in the help, which starts nothing", () => {
    const { status, stdout } = spawnSync(process.execPath, ["setup/start.mjs", "--help"], {
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([0, startUsage()]);
    for (const name of Object.keys(examples)) expect(stdout).toContain(name);
  });

  it.each(Object.keys(examples))("can be %s", (name) => {
    expect(chooseExample([name, "--diff"])).toEqual({ example: name, rest: ["--diff"], isVerbose: false });
  });

  it("has a stack and a home of its own, unless the user names others", () => {
    const own = surroundingsOf("vmm-to-vmm", {});
    expect(own.stack).toBe("vmm-to-vmm");
    expect(own.environment["SITERECOVERY_HOME"]).toMatch(/vmm-to-vmm.\.siterecovery$/);
    const named = surroundingsOf("vmm-to-vmm", { PULUMI_STACK: "mine", SITERECOVERY_HOME: "there" });
    expect([named.stack, named.environment["SITERECOVERY_HOME"]]).toEqual(["mine", "there"]);
  });

  it("is followed by the service with --serve, wherever that stands", () => {
    expect(chooseExample(["--serve"])).toEqual({
      example: "hyperv-to-azure",
      rest: [],
      isVerbose: false,
      serves: true,
    });
    expect(chooseExample(["vmm-to-vmm", "--diff", "--serve"])).toMatchObject({
      example: "vmm-to-vmm",
      rest: ["--diff"],
      serves: true,
    });
    expect(() => chooseExample(["--serve", "--target", "azurite"])).toThrow(/--serve does not go with/);
  });

  it("is refused in one line with all names when there is none of that name", () => {
    const names = Object.keys(examples).toSorted().join(", ");
    expect(() => chooseExample(["vmware"])).toThrow(`There is no example vmware. Choose one of: ${names}.`);
  });
});
