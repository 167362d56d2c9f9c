/** How changes get into `catalog_changes`: triggers that run in the transaction of the change itself. */
import type { DatabaseSync } from "node:sqlite";

/** What changes with each cycle and is of no use to an engine that is rebuilt. */
const passingDetails: readonly string[] = [
  "consistencyFailure",
  "frozenAt",
  "initialReplicationPercent",
  "lastAppConsistentAt",
  "lastCycle",
  "lastPoint",
  "leftPoints",
  "replicationError",
  "resyncWaitsSince",
  "rpoAlarmAt",
];

/** SQL: the details of an item without what changes with each cycle. */
export function lasting(row: "old" | "new" | "i"): string {
  const paths = passingDetails.map((name) => `'$.${name}'`).join(", ");
  return `json_remove(${row}.details, ${paths})`;
}

function note(row: "old" | "new"): string {
  const next = "(SELECT coalesce(max(sequence), 0) + 1 FROM catalog_changes)";
  // No OR REPLACE: inside a trigger the conflict clause of the outer statement would win over it.
  return `INSERT INTO catalog_changes (key, sequence) VALUES (${row}.key, ${next})
    ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence;`;
}

/** A store of replicas gets a catalog with its first item. */
function addHolder(property: string): string {
  const id = `json_extract(new.details, '$.${property}')`;
  return `INSERT INTO catalog_positions (holder_key, holder_id, sequence)
    SELECT lower(${id}), ${id}, 0 WHERE ${id} IS NOT NULL ON CONFLICT DO NOTHING;`;
}

const itemChanged = `${note("new")} ${addHolder("replicaStoreId")} ${addHolder("reverse.replicaStoreId")}`;
const isMoved = `old.state IS NOT new.state OR old.active_location IS NOT new.active_location
  OR old.test_failover_state IS NOT new.test_failover_state OR ${lasting("old")} IS NOT ${lasting("new")}`;

/**
 * Lets a connection note changes. The triggers are the connection's own and not part of the schema: what they look
 * at belongs to the code that is running.
 */
export function noteCatalogChanges(database: DatabaseSync): void {
  database.exec(`
    CREATE TEMP TRIGGER thing_added AFTER INSERT ON main.things BEGIN ${note("new")} END;
    CREATE TEMP TRIGGER thing_changed AFTER UPDATE ON main.things BEGIN ${note("new")} END;
    CREATE TEMP TRIGGER thing_removed AFTER DELETE ON main.things BEGIN
      ${note("old")}
      DELETE FROM catalog_positions WHERE holder_key = old.key;
    END;
    CREATE TEMP TRIGGER owner_added AFTER INSERT ON main.owners BEGIN ${note("new")} END;
    CREATE TEMP TRIGGER owner_changed AFTER UPDATE ON main.owners BEGIN ${note("new")} END;
    CREATE TEMP TRIGGER owner_removed AFTER DELETE ON main.owners BEGIN ${note("old")} END;
    CREATE TEMP TRIGGER item_added AFTER INSERT ON main.protected_items BEGIN ${itemChanged} END;
    CREATE TEMP TRIGGER item_changed AFTER UPDATE ON main.protected_items WHEN ${isMoved} BEGIN ${itemChanged} END;
  `);
}
