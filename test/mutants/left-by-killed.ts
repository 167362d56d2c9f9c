/** What a killed process has left is taken for durable. */
import { faultsIn, type Mutant } from "./mutant.ts";

const tests = ["test/power-loss/killed-before.test.ts"];

export const leftByKilled: readonly Mutant[] = [
  ...faultsIn("provider/blocks/file-system.ts", tests, {
    "folder-there": [
      `if (!files.exists(folder)) files.makeFolder(folder);`,
      `if (files.exists(folder)) return;\n  files.makeFolder(folder);`,
      "the keys in a folder that a killed process had made are gone after a power cut",
    ],
  }),
  ...faultsIn("provider/machines/folder-machines.ts", tests, {
    "state-there": [
      `return files.syncFolder(folder);\n    withdraw`,
      `return;\n    withdraw`,
      "a machine that a killed process had started is off after a power cut",
    ],
    "service-there": [
      `if (definition.mobilityService !== undefined) return files.syncFolder(folder);`,
      `if (definition.mobilityService !== undefined) return;`,
      "a Mobility service that a killed process had installed is gone after a power cut",
    ],
  }),
  ...faultsIn("provider/engine/upkeep/store-key-file.ts", tests, {
    "key-there": [
      `if (files.exists(keyFile)) makeNameDurable(files, keyFile);\n    else writeKey(files, keyFile);`,
      `if (!files.exists(keyFile)) writeKey(files, keyFile);`,
      "a store is locked with a key of a killed process that is gone after a power cut",
    ],
    "key-object-there": [
      `makeKeyObjectDurable(files, location);\n        putInPlace`,
      `putInPlace`,
      "after a killed change of the key and a power cut nothing opens the store",
    ],
  }),
  ...faultsIn("provider/engine/recovery-home/place-store.ts", tests, {
    "adopted-key-there": [
      `makeNameDurable(files, home.keyFileOf(holderId));`,
      ``,
      "an adopted home has lost its key after a power cut",
    ],
    "adopted-object-there": [
      `makeKeyObjectDurable(files, opened.location);`,
      ``,
      "the key of an adopted home does not open its store after a power cut",
    ],
  }),
  ...faultsIn("provider/replica/open-replica-store.ts", tests, {
    "store-there": [
      `makeKeyObjectDurable(files, options.location ?? { folder: options.folder! });`,
      ``,
      "a new store is taken for one that went away after a power cut",
    ],
  }),
  ...faultsIn("provider/store/open-store.ts", ["test/store/durable-names.test.ts"], {
    "database-there": [
      `if (isNew) makeNameDurable(localFileSystem, file);`,
      ``,
      "the database that a killed process had begun is gone after a power cut",
    ],
  }),
  ...faultsIn("provider/trust/trust-folder.ts", tests, {
    "trust-there": [
      `files.syncFolder(this.folder);`,
      ``,
      "the authority that a killed process had made is gone after a power cut",
    ],
  }),
];
