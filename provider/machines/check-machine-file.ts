/** What is wrong in a machine.yaml beyond its schema: things that clash, and addresses that are none. */
import { parseAddress } from "../address-range.ts";
import type { Finding } from "../yaml/finding.ts";
import type { ValidYaml } from "../yaml/read-valid-yaml.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";
import { checkReady, type Report } from "./check-ready.ts";

/** Files beside the images: the machine's own, and those of change tracking, of each disk. */
const ownFiles =
  /^(machine\.yaml|power-state|machine-id)(\.new)?$|\.(new|snapshot|overwriting|tracking\.(qcow2|json)(\..*)?|hrl(\.\w+)*)$/i;

function checkUnique(
  values: readonly { path: YamlPath; value: string }[],
  what: string,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const { path, value } of values) {
    if (seen.has(value.toLowerCase()))
      report(path, `there is a ${what} '${value}' already; take another one`);
    seen.add(value.toLowerCase());
  }
}

/** All of it, each with its place. */
export function checkMachineFile(yaml: ValidYaml<MachineDefinition>): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message) => {
    const property = path.reduce<string>(
      (text, key) =>
        typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
      "",
    );
    findings.push({
      rule: "machine-file-clash",
      file: yaml.file,
      ...yaml.positionOf(path),
      property,
      message,
    });
  };
  const { disks, nics } = yaml.value;
  checkReady(yaml.value, report);
  const at = (
    list: string,
    index: number,
    key: string,
    value: string,
  ): { path: YamlPath; value: string } => ({
    path: [list, index, key],
    value,
  });
  checkUnique(
    disks.map(({ id }, index) => at("disks", index, "id", id)),
    "disk",
    report,
  );
  checkUnique(
    disks.map(({ file }, index) => at("disks", index, "file", file)),
    "disk with the file",
    report,
  );
  checkUnique(
    nics.map(({ name }, index) => at("nics", index, "name", name)),
    "network card",
    report,
  );
  for (const [index, { file }] of disks.entries()) {
    if (!ownFiles.test(file)) continue;
    report(["disks", index, "file"], `'${file}' is the name of a file of the engine's own; rename the image`);
  }
  for (const [index, { ipAddress, macAddress }] of nics.entries()) {
    if (ipAddress !== undefined && !parseAddress(ipAddress)) {
      report(["nics", index, "ipAddress"], `'${ipAddress}' is no IP address; write it like 10.0.0.4`);
    }
    if (macAddress !== undefined && !/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(macAddress)) {
      const message = `'${macAddress}' is no hardware address; write it like 00:15:5d:01:02:03`;
      report(["nics", index, "macAddress"], message);
    }
  }
  return findings;
}
