/** A migration of a definition: a machine of a VMware site that moves to Azure once and for all, without an agent. */
export interface StackMigration {
  /** The machine's name, as in the host's inventory. */
  readonly name: string;
  readonly site?: string;
  /** Ids of the disks to take along, the one that the machine boots from first. */
  readonly disks: readonly string[];
  /** Of the site's runAsAccounts: takes snapshots and moves data. */
  readonly account?: string;
  readonly storageAccount?: string;
  readonly network?: string;
  /** The isolated network of test migrations. */
  readonly testNetwork?: string;
  /** What the machine in Azure is called; as at the source when absent. */
  readonly targetName?: string;
  readonly size?: string;
  /** A change to true migrates it; there is no way back. */
  readonly migrated?: boolean;
  /** Default true: the source is shut down before its last changes are sent. */
  readonly shutDownSource?: boolean;
  readonly allowReplicaDeletion?: boolean;
}
