/**
 * Migration items: a VMware machine whose replica becomes the machine, once and for all. `migrated` declares it as
 * `activeLocation` declares a failover: a change of the program's own text to true migrates, and nothing else does.
 * Removing the item after that keeps the machine at the target, and removes the replica.
 */
import { Notice } from "./notice.ts";
import { armIdOf, nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import { SiteRecoveryError } from "../errors.ts";
import {
  type MigrationItemInputs,
  migrationItemKind as kind,
  type MigrationItemOutputs,
} from "../kinds/migration-item.ts";
import { requireNoDrill } from "./announced-work.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import { CheckFailure, type DiffAnswer, type Handler, type Live, type Work } from "./handler.ts";
import { hardwareChanges } from "./hardware-outputs.ts";
import { forbiddenNotices } from "./move-machine.ts";
import { migrationItemOutputs } from "./migration-item-outputs.ts";
import { alreadyExists, goneFromEngine, known } from "./settings-handler.ts";
import { sourceNotices } from "./source-notices.ts";
import { given, plain, said } from "../message.ts";

type Inputs = MigrationItemInputs;
type Answer = Live<Inputs, MigrationItemOutputs>;

function withDefaults(inputs: Inputs): Inputs {
  return {
    ...inputs,
    migrated: inputs.migrated ?? false,
    migration: { shutDownSource: inputs.migration?.shutDownSource ?? true },
  };
}

const settingsProperty = "properties.providerSpecificDetails";
const disksProperty = `${settingsProperty}.disksToInclude`;

/** One disk to start from, and one storage account that keeps the replica. */
function rules(wanted: Inputs): CheckFailure[] {
  const disks = known(known(known(wanted.properties)?.providerSpecificDetails)?.disksToInclude) ?? [];
  const failures = testNetworkFailures(wanted);
  const systemDisks = disks.filter(({ isOSDisk }) => isOSDisk === "true").length;
  // A list that is not known yet is none that names no disk.
  const areKnown = disks.length > 0 && disks.every(({ isOSDisk }) => known(isOSDisk) !== undefined);
  if (systemDisks !== 1 && areKnown) {
    const reason = said`names ${given(systemDisks, disksProperty)} disks with isOSDisk "true"; a machine starts from one`;
    failures.push(new CheckFailure(disksProperty, reason));
  }
  for (const [index, disk] of disks.entries()) {
    if (disks.findIndex(({ diskId }) => diskId === disk.diskId) < index && known(disk.diskId) !== undefined) {
      const property = `${disksProperty}[${index}].diskId`;
      failures.push(
        new CheckFailure(property, said`names ${given(disk.diskId, property, disk.diskId)} again`),
      );
    }
    const [first, own] = [known(disks[0]!.logStorageAccountId), known(disk.logStorageAccountId)];
    if (first === undefined || own === undefined || sameId(first, own)) continue;
    const reason = said`is another account than that of the first disk, ${given(first, `${disksProperty}[0].logStorageAccountId`, nameOf(first))}; a machine's replica is in one`;
    failures.push(new CheckFailure(`${disksProperty}[${index}].logStorageAccountId`, reason));
  }
  return failures;
}

/** A test that ran in the network of production would meet it. */
function testNetworkFailures(wanted: Inputs): CheckFailure[] {
  const settings = known(known(wanted.properties)?.providerSpecificDetails);
  const [target, test] = [known(settings?.targetNetworkId), known(settings?.testNetworkId)];
  if (target === undefined || test === undefined || !sameId(target, test)) return [];
  const reason = said`is ${given(test, [`${settingsProperty}.testNetworkId`, `${settingsProperty}.targetNetworkId`], nameOf(test))}, as targetNetworkId is; name an isolated network`;
  return [new CheckFailure(`${settingsProperty}.testNetworkId`, reason)];
}

function isMigrated(item: ProtectedItem): boolean {
  return item.state === "Migrated";
}

/** In words: what an update would do, or what was found and is left alone. */
function describe(item: ProtectedItem, last: Inputs, wanted: Inputs): DiffAnswer["notices"] {
  const name = nameOf(item.id);
  const asks = last.migrated !== wanted.migrated && known(wanted.migrated) !== undefined;
  if (asks && wanted.migrated === true) {
    if (isMigrated(item))
      return [new Notice("info", said`${name} is migrated already; nothing will be moved`)];
    const source =
      wanted.migration?.shutDownSource === false
        ? "the source keeps running; what it writes after its last changes were sent is not migrated"
        : "the source is shut down first and its last changes are sent and compared with its disks";
    const text = said`${name}: migration to the target, once and for all; ${plain(source)}; there is no way back`;
    return [new Notice("info", text)];
  }
  if (asks && isMigrated(item)) {
    const text = said`${name} is migrated, and there is no way back: an update refuses migrated: false`;
    return [new Notice("warning", text)];
  }
  if (!isMigrated(item) || wanted.migrated !== false) return [];
  const text = said`${name} was migrated outside of this program, which says migrated: false. It is left alone; set migrated to
      true to adopt what is.`;
  return [new Notice("warning", text)];
}

/** What forbids the migration that the program's text asks for. */
async function foreseeMigration(
  engine: Engine,
  item: ProtectedItem,
  last: Inputs,
  wanted: Inputs,
): Promise<DiffAnswer["notices"]> {
  if (last.migrated === wanted.migrated || wanted.migrated !== true || isMigrated(item)) return [];
  const shutDownSource = known(wanted.migration?.shutDownSource) ?? true;
  const { refusals } = await engine.moves.foresee(item.id, { action: "migrate", shutDownSource });
  return forbiddenNotices(item.id, refusals);
}

/** What forbids the migration, else that it would run, or what was found. Throws `ActionNotAllowed` if a test has to end first. */
async function announce(
  engine: Engine,
  item: ProtectedItem,
  last: Inputs,
  wanted: Inputs,
): Promise<DiffAnswer["notices"]> {
  if (last.migrated !== wanted.migrated && wanted.migrated === true && !isMigrated(item))
    requireNoDrill(engine, item);
  const forbidden = await foreseeMigration(engine, item, last, wanted);
  return forbidden.length > 0 ? forbidden : describe(item, last, wanted);
}

function replacementWarning(id: string): DiffAnswer["notices"][number] {
  const name = nameOf(id);
  const text = said`${name} is migrated: a replacement would replicate its source again. Take the change back, or leave ${name} out
      of the program (the machine at the target is kept).`;
  return new Notice("warning", text);
}

/** Carries out what the program's text asks for. */
async function migrate(engine: Engine, id: string, last: Inputs, wanted: Inputs, work: Work): Promise<void> {
  if (last.migrated === wanted.migrated) return;
  const item = engine.findItem(id)!;
  if (isMigrated(item) === wanted.migrated) return;
  if (wanted.migrated === true) {
    return engine.moves.migrate(id, wanted.migration?.shutDownSource ?? true, work);
  }
  const message = said`${nameOf(id)} is migrated, and there is no way back. Set migrated to true again, or leave it out of the program
      (the machine at the target is kept).`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: id, property: "migrated" });
}

/** The handler of migration items: settings, and whether the machine has been migrated. */
export function migrationItemHandler(engine: Engine): Handler<Inputs, MigrationItemOutputs> {
  const live = async (id: string): Promise<Answer> => ({
    id,
    inputs: engine.findThing<Inputs>(id)!.inputs,
    outputs: await migrationItemOutputs(engine, id),
  });
  const ensure = async (id: string, last: Inputs, wanted: Inputs, work: Work): Promise<Answer> => {
    await engine.enableProtection(id, wanted, work);
    await migrate(engine, id, last, wanted, work);
    return live(id);
  };
  return {
    kind,
    withDefaults,
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      return failures.length > 0 ? failures : rules(wanted);
    },
    diff: async (id, last, wanted) => {
      const settings = engine.findThing<Inputs>(id);
      const item = engine.findItem(id);
      if (!settings || !item) return goneFromEngine(kind, id);
      const [wantedFull, lastFull] = [withDefaults(wanted), withDefaults(last)];
      // Whether it is migrated is never compared with live: only a change of the program's own text counts.
      const found = { ...settings.inputs, migrated: lastFull.migrated! };
      const changes = compareSettings(wantedFull, found, lastFull);
      const replaces = replacedBy(changes, kind.immutable);
      const unfinished = {
        property: "properties.migrationState",
        from: "InitialSeedingInProgress",
        to: "Replicating",
        cause: "drift",
      } as const;
      return {
        changes: [
          ...changes,
          ...(engine.initialReplicationIsDue(id) ? [unfinished] : []),
          ...(await hardwareChanges(engine, item)),
        ],
        replaces,
        notices: [
          ...(await sourceNotices(engine, id)),
          ...(await announce(engine, item, lastFull, wantedFull)),
          ...(replaces.length > 0 && isMigrated(item) ? [replacementWarning(id)] : []),
        ],
      };
    },
    read: async (id) => (engine.findItem(id) ? live(id) : undefined),
    create: async (wanted, work) => {
      const full = withDefaults(wanted);
      const id = armIdOf(kind, full);
      const found = engine.findThing<Inputs>(id);
      const changes = found ? compareSettings(full, found.inputs, found.inputs) : [];
      if (changes.length > 0 && engine.findItem(id)?.state !== "EnablingReplication") {
        throw alreadyExists(kind, id, changes[0]!.property);
      }
      return ensure(id, { ...full, migrated: false }, full, work);
    },
    update: (id, last, wanted, work) => ensure(id, withDefaults(last), withDefaults(wanted), work),
    delete: async (id, work) => {
      if (engine.findItem(id)) await engine.disableProtection(id, work);
    },
  };
}
