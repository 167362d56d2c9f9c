import path from "node:path";
import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import {
  type StorageAccountInputs,
  storageAccountKind,
  type StorageAccountOutputs,
} from "../kinds/storage-account.ts";
import { said } from "../message.ts";
import { projectFolder } from "../project-folder.ts";
import { addressMistakes, addressSettings, folderOf, placeOfAddress } from "../store-address.ts";
import { withAbsoluteFolder } from "./absolute-folder.ts";
import { CheckFailure } from "./handler.ts";
import { known, type SettingsKind } from "./settings-handler.ts";

function withDefaults(inputs: StorageAccountInputs): StorageAccountInputs {
  const credentials = known(inputs.credentials);
  const file = known(credentials?.file);
  return {
    ...withAbsoluteFolder(inputs, "certificateAuthorityFile"),
    location: inputs.location ?? "embedded",
    ...(typeof file === "string"
      ? { credentials: { ...credentials, file: path.resolve(projectFolder(), file) } }
      : {}),
  };
}

/** Settings that are not known in a preview are looked at when they are. */
function rules(inputs: StorageAccountInputs): CheckFailure[] {
  const names = ["url", ...addressSettings] as const;
  const entries = names
    .map((name) => [name, inputs[name]] as const)
    .filter(([, value]) => value !== undefined);
  if (entries.some(([, value]) => known(value) === undefined)) return [];
  return addressMistakes(Object.fromEntries(entries)).map(
    ({ property, reason }) => new CheckFailure(property, reason),
  );
}

/** Each place has the replicas of one account: a second one would be locked with another key. */
function requireOwnPlace(engine: Engine, id: string, inputs: StorageAccountInputs): void {
  const { url } = inputs;
  if (url === undefined) return;
  const folder = folderOf(placeOfAddress({ ...inputs, url }));
  if (folder !== undefined) {
    engine.components.requireStorage(id, storageAccountKind.kind, { property: "url", folder });
  }
  const other = engine
    .listThings<StorageAccountInputs>({ kind: storageAccountKind.kind })
    .find((one) => one.inputs.url === url && !sameId(one.id, id));
  if (other === undefined || inputs.endpoint !== other.inputs.endpoint) return;
  const message = said`The storage account ${nameOf(other.id)} keeps its replicas in ${url} already. Give ${nameOf(id)} a place of its own.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: id, property: "url" });
}

export const storageAccountSettings: SettingsKind<StorageAccountInputs, StorageAccountOutputs> = {
  kind: storageAccountKind,
  withDefaults,
  rules,
  references: () => [],
  outputs: (_engine, id) => ({
    name: nameOf(id),
    type: storageAccountKind.armType,
    provisioningState: "Succeeded",
  }),
  require: async (engine, id, inputs) => {
    requireOwnPlace(engine, id, inputs);
    await engine.openStorageAccount(id, inputs);
  },
};
