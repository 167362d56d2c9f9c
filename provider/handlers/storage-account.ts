import { nameOf } from "../arm-id.ts";
import {
  type StorageAccountInputs,
  storageAccountKind,
  type StorageAccountOutputs,
} from "../kinds/storage-account.ts";
import type { SettingsKind } from "./settings-handler.ts";

export const storageAccountSettings: SettingsKind<StorageAccountInputs, StorageAccountOutputs> = {
  kind: storageAccountKind,
  withDefaults: (inputs) => ({ ...inputs, location: inputs.location ?? "embedded" }),
  references: () => [],
  outputs: (_engine, id) => ({
    name: nameOf(id),
    type: storageAccountKind.armType,
    provisioningState: "Succeeded",
  }),
  require: (engine, id) => engine.openStorageAccount(id),
};
