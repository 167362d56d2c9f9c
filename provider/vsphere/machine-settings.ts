/** Advanced settings of machines (`extraConfig`): texts under names, which stay with the machine. */
import { said } from "../message.ts";
import { readProperties } from "./read-properties.ts";
import type { ManagedObject } from "./soap-request.ts";
import { runTask } from "./tasks.ts";
import type { VsphereSession } from "./vsphere-session.ts";

/** `undefined` if the machine has no setting of that name. */
export async function readSetting(
  session: VsphereSession,
  machine: ManagedObject,
  key: string,
): Promise<string | undefined> {
  const [found] = await readProperties(session, [machine], {
    type: "VirtualMachine",
    paths: ["config.extraConfig"],
  });
  const settings = found?.properties.get("config.extraConfig")?.all() ?? [];
  return settings.find((one) => one.at("key").text === key)?.at("value").text;
}

/** Kept by the server when it returns. */
export async function writeSetting(
  session: VsphereSession,
  machine: ManagedObject,
  { key, value }: { readonly key: string; readonly value: string },
): Promise<void> {
  await runTask(session, {
    method: "ReconfigVM_Task",
    target: machine,
    parameters: { spec: { extraConfig: [{ key, value: { "xsi:type": "xsd:string", "#text": value } }] } },
    what: said`keep the setting ${key} of ${String(machine)}`,
  });
}
