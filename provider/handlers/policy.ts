import { nameOf } from "../arm-id.ts";
import type { CheckFailure } from "./handler.ts";
import { type PolicyInputs, policyKind, type PolicyOutputs } from "../kinds/policy.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { vaultReference } from "./fabric.ts";
import { appConsistencyClash, policyOutputs, policyWithDefaults } from "./policy-settings.ts";
import { isTimeZone } from "../weekly-hours.ts";
import { known, type SettingsKind } from "./settings-handler.ts";

function rules(inputs: PolicyInputs): CheckFailure[] {
  return [...appConsistencyFailures(inputs), ...timeZoneFailures(inputs)];
}

function timeZoneFailures(inputs: PolicyInputs): CheckFailure[] {
  const timeZone = known(inputs.officeHours?.timeZone);
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  const reason = `'${timeZone}' is no time zone; take an IANA name such as Europe/London`;
  return [{ property: "officeHours.timeZone", reason }];
}

function appConsistencyFailures(inputs: PolicyInputs): CheckFailure[] {
  const clash = appConsistencyClash(policyWithDefaults(inputs.properties?.providerSpecificInput));
  if (!clash) return [];
  const { property, historyName, history, frequency, unit } = clash;
  const reason =
    `is ${String(frequency)} ${unit}, longer than the ${String(history)} ${unit} that recovery points are kept ` +
    `(${historyName}): no app-consistent point would be left; use at most ${String(history)}`;
  return [{ property: `properties.providerSpecificInput.${property}`, reason }];
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
  outputs: (_engine, id, inputs) => ({
    name: nameOf(id),
    type: policyKind.armType,
    properties: {
      friendlyName: nameOf(id),
      providerSpecificDetails: policyOutputs(policyWithDefaults(inputs.properties?.providerSpecificInput)),
    },
  }),
};
