import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { processIdentity } from "../../provider/process-identity.ts";

/**
 * Simulated processes have this one's identity, which lives on: what they held is given the name of a dead one, or with
 * `container` that of a process that cannot be asked from here, in a container with a host name of its own.
 */
export function killLeases(siteFolder: string, container?: string): void {
  const database = new DatabaseSync(path.join(siteFolder, "home", "siterecovery.db"));
  const [host] = processIdentity().split(":");
  database
    .prepare("UPDATE leases SET owner = ?")
    .run(container ? `${container}:17:1:${container}:${container}` : `${host}:${deadPid}:1`);
  database.close();
}

/** Above the highest pid that Linux gives out. */
const deadPid = 4_194_305;
