/** Policies for vaults: encryption, and that none is deleted by mistake. */
import type { ResourcePolicy } from "./policy.ts";
import { textAt, type SeenResource } from "./seen-resource.ts";

/** Storage accounts and vaults have their key settings in different places. */
const keyPaths: Partial<Record<SeenResource["kind"], string>> = {
  vault: "properties.encryption.keyVaultProperties.keyUri",
  "storage-account": "encryption.keyVaultProperties.keyName",
};

export const encryptionKeySet: ResourcePolicy = {
  id: "encryption-key-set",
  description: "Replicas are encrypted with a key of your own.",
  remedy: "Give vault and storage account a key: encryption.keyVaultProperties in Azure.",
  control: "CP-9(8)",
  severity: "high",
  level: "advisory",
  kinds: ["vault", "storage-account"],
  options: {},
  check: ({ kind, name, inputs, urn }) => {
    // The embedded engine makes a key of its own for every storage account, and there is no other way (C-9).
    if (!urn.includes("::azure-native:")) return [];
    const path = keyPaths[kind]!;
    return textAt(inputs, path) === undefined ? [`${name} has no key of its own: ${path} is not set`] : [];
  },
};
