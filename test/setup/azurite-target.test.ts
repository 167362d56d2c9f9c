import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { azuriteSummary, definitionFor } from "../../setup/azurite-target.mjs";
import { chooseExample } from "../../setup/choose-example.mjs";

const examples = path.resolve(import.meta.dirname, "../../examples");
const place = { endpoint: "http://127.0.0.1:10800", keyFile: "/work of/account.key" };

describe("npm start with --target azurite", () => {
  it("is asked for beside the example, with or without --keep", () => {
    expect(chooseExample(["hyperv-to-azure", "--target", "azurite", "--diff"])).toEqual({
      ...{ example: "hyperv-to-azure", rest: ["--diff"], isVerbose: false },
      ...{ target: "azurite", keeps: false },
    });
    expect(chooseExample(["--target", "azurite", "--keep", "--verbose"])).toMatchObject({
      ...{ example: "hyperv-to-azure", rest: [], isVerbose: true, target: "azurite", keeps: true },
    });
    expect(() => chooseExample(["--target", "aws"])).toThrow(/or with --target azurite to Azurite/);
  });

  it.each(["hyperv-to-azure", "vmm-to-azure", "vmware-to-azure", "physical-to-azure"])(
    "puts the account of %s there, and changes nothing else",
    (name) => {
      const own = fs.readFileSync(path.join(examples, name, "siterecovery.yaml"), "utf8");
      const { text, account } = definitionFor(own, place);
      const [before, after] = [own, text].map(
        (yaml) => parse(yaml) as { azure: { storageAccounts: object[] } },
      );
      expect(after!.azure.storageAccounts).toEqual([
        {
          ...{ name: account, url: `azblob://${account}/replicas` },
          ...{ endpoint: place.endpoint, credentials: { file: place.keyFile } },
        },
      ]);
      expect({
        ...after,
        azure: { ...after!.azure, storageAccounts: before!.azure.storageAccounts },
      }).toEqual(before);
    },
  );

  it("refuses an example whose replicas do not go to Azure", () => {
    const own = fs.readFileSync(path.join(examples, "vmm-to-vmm", "siterecovery.yaml"), "utf8");
    expect(() => definitionFor(own, place)).toThrow(/does not replicate to Azure/);
  });

  it("ends with what is there, and how to keep it", () => {
    const result = { place: "http://x/a/replicas", blobs: 3, bytes: 1_048_576 };
    const ended = azuriteSummary("hyperv-to-azure", "/elsewhere/hyperv-to-azure", {
      ...result,
      keeps: false,
    });
    expect(ended).toContain("http://x/a/replicas: 3 blobs, 1.0 MiB");
    expect(ended).toContain("npm start -- hyperv-to-azure --target azurite --keep");
    expect(azuriteSummary("hyperv-to-azure", "/elsewhere", { ...result, keeps: true })).toContain(
      "Azurite runs until Ctrl-C",
    );
  });
});
