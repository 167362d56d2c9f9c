import { nameOf } from "../arm-id.ts";
import { CheckFailure } from "./handler.ts";
import { type PolicyInputs, policyKind, type PolicyOutputs } from "../kinds/policy.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { vaultReference } from "./fabric.ts";
import { appConsistencyClash, policyOutputs, policyWithDefaults } from "./policy-settings.ts";
import { isTimeZone } from "../weekly-hours.ts";
import { known, type SettingsKind } from "./settings-handler.ts";
import { given, plain, said, suggestion } from "../message.ts";

function rules(inputs: PolicyInputs): CheckFailure[] {
  return [...appConsistencyFailures(inputs), ...timeZoneFailures(inputs)];
}

function timeZoneFailures(inputs: PolicyInputs): CheckFailure[] {
  const timeZone = known(inputs.officeHours?.timeZone);
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  const reason = said`${given(timeZone, "officeHours.timeZone")} is no time zone; take an IANA name such as Europe/London`;
  return [new CheckFailure("officeHours.timeZone", reason)];
}

function appConsistencyFailures(inputs: PolicyInputs): CheckFailure[] {
  const clash = appConsistencyClash(policyWithDefaults(inputs.properties?.providerSpecificInput));
  if (!clash) return [];
  const { property, historyName, history, frequency, unit } = clash;
  const at = (name: string): string => `properties.providerSpecificInput.${name}`;
  const kept = given(history, at(historyName));
  const most = suggestion(at(historyName), said`; use at most ${kept}`);
  const reason = said`is ${given(frequency, at(property))} ${plain(unit)}, longer than the ${kept} ${plain(unit)} that recovery points are kept
      (${plain(historyName)}): no app-consistent point would be left${most}`;
  return [new CheckFailure(at(property), reason)];
}

function storageAccountsOf(inputs: PolicyInputs): readonly string[] {
  const settings = inputs.properties?.providerSpecificInput;
  return settings?.instanceType === "HyperVReplicaAzure" ? (settings.storageAccounts ?? []) : [];
}

export const policySettings: SettingsKind<PolicyInputs, PolicyOutputs> = {
  kind: policyKind,
  withDefaults: (inputs) => ({
    ...inputs,
    properties: { providerSpecificInput: policyWithDefaults(inputs.properties?.providerSpecificInput) },
  }),
  references: (inputs) => [
    vaultReference(inputs),
    ...storageAccountsOf(inputs).map((id, index) => ({
      property: `properties.providerSpecificInput.storageAccounts[${index}]`,
      kind: storageAccountKind,
      id,
    })),
  ],
  rules,
  require: (engine, id, inputs) =>
    engine.requirePolicyFits(id, policyWithDefaults(inputs.properties?.providerSpecificInput)),
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: policyKind.armType,
    properties: {
      friendlyName: nameOf(id),
      providerSpecificDetails: policyOutputs(policyWithDefaults(inputs.properties?.providerSpecificInput)),
    },
  }),
};
