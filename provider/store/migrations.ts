/**
 * A trigger that forgets the due times of a cluster's machines. SQLite changes the letter case of ASCII only: where an id
 * has other letters, all ids of the container are forgotten.
 */
function ofCluster(name: string, event: "INSERT" | "UPDATE" | "DELETE", row: "new" | "old"): string {
  const ids = `json_each(${row}.inputs, '$.properties.clusterProtectedItemIds')`;
  const container = `substr(${row}.key, 1, instr(${row}.key, '/replicationprotectionclusters/') - 1)`;
  return `CREATE TRIGGER ${name} AFTER ${event} ON things WHEN ${row}.kind = 'protection-cluster' BEGIN
    UPDATE due_times SET due_at = NULL WHERE key IN (SELECT lower(value) FROM ${ids});
    UPDATE due_times SET due_at = NULL
    WHERE key > ${container} || '/' AND key < ${container} || '0'
      AND EXISTS (SELECT 1 FROM ${ids} WHERE value GLOB '*[^ -~]*');
  END;`;
}

/** The store's schema, as steps that are only ever added to. Step n brings a store from version n-1 to n. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE things (
    key TEXT PRIMARY KEY,            -- the ARM id in lower case
    id TEXT NOT NULL,                -- the ARM id as the user wrote it
    kind TEXT NOT NULL,
    inputs TEXT NOT NULL,            -- JSON: the settings as they are in force
    created_at INTEGER NOT NULL,     -- milliseconds since 1970, as all times here
    updated_at INTEGER NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX things_by_kind ON things (kind, key);

  CREATE TABLE protected_items (
    key TEXT PRIMARY KEY REFERENCES things (key) ON DELETE CASCADE,
    state TEXT NOT NULL,
    active_location TEXT NOT NULL,
    test_failover_state TEXT NOT NULL,
    details TEXT NOT NULL            -- JSON: ItemDetails
  ) STRICT;

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    scenario TEXT NOT NULL,
    target_key TEXT NOT NULL,
    target_id TEXT NOT NULL,
    state TEXT NOT NULL,
    input TEXT NOT NULL,             -- JSON
    error TEXT,                      -- JSON: {code, message}
    attempts INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  CREATE INDEX jobs_by_target ON jobs (target_key, started_at);

  CREATE TABLE tasks (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    result TEXT,                     -- JSON: what later tasks and a resumed job need
    started_at INTEGER,
    ended_at INTEGER,
    PRIMARY KEY (job_id, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE leases (
    key TEXT PRIMARY KEY,
    owner TEXT NOT NULL,             -- the process, as ProcessIdentity prints it
    purpose TEXT NOT NULL,
    taken_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    description TEXT NOT NULL,
    target_key TEXT NOT NULL,
    target_id TEXT NOT NULL,
    job_id TEXT,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_by_target ON events (target_key, sequence);
  CREATE INDEX events_by_time ON events (at);

  ALTER TABLE jobs ADD COLUMN cancel_asked_at INTEGER;   -- when somebody asked it to stop
  `,
  `
  CREATE TABLE engine (
    id TEXT PRIMARY KEY               -- one row: which engine this is, on the marks that it leaves in the world
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE replica_ledger (
    replica_id TEXT PRIMARY KEY,     -- what the target calls the machine
    written TEXT,                    -- JSON: LedgerPoint, the newest point that is known to be in the target
    writing TEXT                     -- JSON: LedgerPoint, one whose publication has begun
  ) STRICT, WITHOUT ROWID;

  INSERT OR IGNORE INTO replica_ledger (replica_id, written)
  SELECT coalesce(json_extract(details, '$.reverse.replicaId'), json_extract(details, '$.replicaId')),
         json_object('id', json_extract(details, '$.lastCycle.pointId'), 'sequence', 0)
  FROM protected_items
  WHERE json_extract(details, '$.lastCycle.pointId') IS NOT NULL;
  `,
  `
  -- Dropped and made under other columns: a process of an earlier version that still runs cannot write leases that
  -- have no epoch. AUTOINCREMENT never gives a number twice, also when the row with the highest is gone.
  ALTER TABLE leases RENAME TO former_leases;
  CREATE TABLE leases (
    epoch INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,              -- the process, as processIdentity() prints it
    purpose TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL,      -- by the wall clock
    clock TEXT NOT NULL,              -- which clock the next column is of; processes of one boot share one
    renewed_on_clock INTEGER NOT NULL,
    seen_on TEXT,                     -- a process of another boot has seen it without a renewal since seen_at,
    seen_at INTEGER                   -- by this clock
  ) STRICT;
  INSERT INTO leases (key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock)
    SELECT key, owner, purpose, taken_at, taken_at, '', -1 FROM former_leases;
  DROP TABLE former_leases;
  `,
  `
  CREATE TABLE catalog_changes (
    key TEXT PRIMARY KEY,             -- a thing's, whether it is still there or not
    sequence INTEGER NOT NULL         -- of its last change; later changes have higher ones
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX catalog_changes_by_sequence ON catalog_changes (sequence);
  INSERT INTO catalog_changes SELECT key, row_number() OVER (ORDER BY key) FROM things;

  CREATE TABLE catalog_positions (
    holder_key TEXT PRIMARY KEY,      -- what holds replicas, and with them a catalog
    holder_id TEXT NOT NULL,
    sequence INTEGER NOT NULL         -- changes up to this one are in its catalog
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO catalog_positions
  SELECT lower(holder), holder, 0 FROM (
    SELECT json_extract(details, '$.replicaStoreId') AS holder FROM protected_items
    UNION SELECT json_extract(details, '$.reverse.replicaStoreId') FROM protected_items
  ) WHERE holder IS NOT NULL;

  CREATE TABLE key_copies (
    holder_key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,        -- of the key that was copied
    copied_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE owners (
    key TEXT PRIMARY KEY,             -- the key of a thing; one that is being created may not be there yet
    urn TEXT NOT NULL,                -- the resource that owns it
    mark TEXT,                        -- what the resource's state holds to be known again
    claimed_at INTEGER NOT NULL,
    made_at INTEGER                   -- when its creation ended
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE due_times (
    key TEXT PRIMARY KEY REFERENCES protected_items (key) ON DELETE CASCADE,
    due_at INTEGER,                   -- NULL: to be computed before it is next used
    noted_at INTEGER NOT NULL DEFAULT 0,   -- when it was computed, by the wall clock
    shared INTEGER NOT NULL DEFAULT 0      -- 1: also changes with what other items do
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX due_times_by_due_at ON due_times (due_at);
  CREATE INDEX due_times_by_noted_at ON due_times (noted_at);
  CREATE INDEX due_times_shared ON due_times (key) WHERE shared = 1;
  INSERT INTO due_times (key) SELECT key FROM protected_items;

  -- Of the schema, so that they run in every process that writes, also in one of an earlier version.
  CREATE TRIGGER due_item_added AFTER INSERT ON protected_items BEGIN
    INSERT INTO due_times (key) VALUES (new.key) ON CONFLICT (key) DO UPDATE SET due_at = NULL;
    UPDATE due_times SET due_at = NULL WHERE shared = 1;
  END;
  CREATE TRIGGER due_item_changed AFTER UPDATE ON protected_items BEGIN
    UPDATE due_times SET due_at = NULL WHERE key = new.key;
  END;
  CREATE TRIGGER due_share_changed AFTER UPDATE ON protected_items
  WHEN old.state IS NOT new.state
    OR json_extract(old.details, '$.pausedAt') IS NOT json_extract(new.details, '$.pausedAt')
    OR json_extract(old.details, '$.groupName') IS NOT json_extract(new.details, '$.groupName')
    OR json_extract(old.details, '$.reverse') IS NOT json_extract(new.details, '$.reverse')
  BEGIN
    UPDATE due_times SET due_at = NULL WHERE shared = 1;
  END;
  CREATE TRIGGER due_thing_added AFTER INSERT ON things BEGIN
    UPDATE due_times SET due_at = NULL WHERE due_at IS NOT NULL;
  END;
  CREATE TRIGGER due_thing_changed AFTER UPDATE ON things BEGIN
    UPDATE due_times SET due_at = NULL WHERE due_at IS NOT NULL;
  END;
  CREATE TRIGGER due_thing_removed AFTER DELETE ON things BEGIN
    UPDATE due_times SET due_at = NULL WHERE due_at IS NOT NULL;
  END;
  `,
  `
  DROP TRIGGER due_thing_added;
  DROP TRIGGER due_thing_changed;
  DROP TRIGGER due_thing_removed;
  ALTER TABLE due_times ADD COLUMN policy_key TEXT NOT NULL DEFAULT '';
  CREATE INDEX due_times_by_policy ON due_times (policy_key);
  UPDATE due_times SET due_at = NULL;

  -- Of all things, an item's time is computed from its own settings, its policy and its cluster.
  CREATE TRIGGER due_policy_added AFTER INSERT ON things WHEN new.kind = 'policy' BEGIN
    UPDATE due_times SET due_at = NULL WHERE policy_key = new.key;
  END;
  CREATE TRIGGER due_policy_changed AFTER UPDATE ON things
  WHEN new.kind = 'policy' AND old.inputs IS NOT new.inputs BEGIN
    UPDATE due_times SET due_at = NULL WHERE policy_key = new.key;
  END;
  CREATE TRIGGER due_policy_removed AFTER DELETE ON things WHEN old.kind = 'policy' BEGIN
    UPDATE due_times SET due_at = NULL WHERE policy_key = old.key;
  END;
  CREATE TRIGGER due_settings_changed AFTER UPDATE ON things
  WHEN new.kind IN ('protected-item', 'migration-item') AND old.inputs IS NOT new.inputs BEGIN
    UPDATE due_times SET due_at = NULL WHERE key = new.key;
  END;
  CREATE TRIGGER due_settings_removed AFTER DELETE ON things
  WHEN old.kind IN ('protected-item', 'migration-item') BEGIN
    UPDATE due_times SET due_at = NULL WHERE shared = 1;
  END;
  ${ofCluster("due_cluster_added", "INSERT", "new")}
  ${ofCluster("due_cluster_left", "UPDATE", "old")}
  ${ofCluster("due_cluster_joined", "UPDATE", "new")}
  ${ofCluster("due_cluster_removed", "DELETE", "old")}
  `,
  `
  CREATE TABLE drill_schedules (
    key TEXT PRIMARY KEY REFERENCES things (key) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,          -- of the next run, or of the next step of the run under way
    state TEXT NOT NULL               -- JSON: the run under way, the last one, when one last succeeded
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE owners ADD COLUMN secret_paths TEXT;  -- JSON: paths of the arguments that the owner's program has made secret
  `,
  `
  CREATE TABLE owners_or_none (
    key TEXT PRIMARY KEY,             -- the key of a thing; one that is being created may not be there yet
    urn TEXT,                         -- the resource that owns it; NULL: none does any more
    mark TEXT,                        -- what the resource's state holds to be known again
    claimed_at INTEGER NOT NULL,
    made_at INTEGER,                  -- when its creation ended
    secret_paths TEXT                 -- JSON: paths of the settings that are secret, whoever owns them; NULL: not known
  ) STRICT, WITHOUT ROWID;
  INSERT INTO owners_or_none SELECT key, urn, mark, claimed_at, made_at, secret_paths FROM owners;
  DROP TABLE owners;
  ALTER TABLE owners_or_none RENAME TO owners;
  -- What has no owner may have lost one, and with it the note of what is secret.
  INSERT INTO owners (key, claimed_at) SELECT key, created_at FROM things WHERE true ON CONFLICT DO NOTHING;
  `,
  `
  CREATE TABLE known_alerts (
    target_key TEXT NOT NULL,
    code TEXT NOT NULL,
    target_id TEXT NOT NULL,
    severity TEXT NOT NULL,
    text TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    PRIMARY KEY (target_key, code)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE notifications (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    notification TEXT NOT NULL,       -- JSON
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,          -- when it is tried next
    ended_at INTEGER,                 -- when it arrived, or was given up
    error TEXT                        -- why the last try failed
  ) STRICT;
  CREATE INDEX notifications_due ON notifications (due_at) WHERE ended_at IS NULL;
  CREATE TABLE notified (
    subject TEXT PRIMARY KEY,
    until INTEGER NOT NULL            -- the sequence of an event, or a time
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE jobs ADD COLUMN actor TEXT;    -- who began it; NULL in rows of an earlier version
  ALTER TABLE events ADD COLUMN actor TEXT;  -- whose work it happened in
  `,
  `
  CREATE TABLE verifications (
    key TEXT PRIMARY KEY,
    holder_id TEXT NOT NULL,          -- what keeps replicas
    due_at INTEGER NOT NULL,          -- of the next one; while one runs, when another process may take it up
    part INTEGER NOT NULL,            -- the part of the layer files that is read next
    ended_at INTEGER,
    result TEXT                       -- JSON: of the last one that ended
  ) STRICT, WITHOUT ROWID;
  `,
];
