/**
 * Takes up a store of replicas whose engine is lost: from the store and a key alone, an empty home is rebuilt, with
 * the things that were declared, the protected items and their keys.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { type FileSystem, writeAtomically } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { randomBytesAsHex } from "../../random.ts";
import { addEvent } from "../../store/events.ts";
import type { Store } from "../../store/open-store.ts";
import { putItem } from "../../store/protected-items.ts";
import { copyStore } from "../../targets/copy-store.ts";
import { openReplicaStore } from "../../targets/open-replica-store.ts";
import { readWholeFile } from "../../targets/read-whole-file.ts";
import type { RecoveryPoint, ReplicaStore } from "../../targets/replica-store.ts";
import type { StoreSecret } from "../../targets/store-key.ts";
