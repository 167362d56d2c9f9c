/**
 * Whose a store of replicas is: its catalog names the engine that writes it. A new engine over the replicas and keys of a
 * lost one would begin beside them, and they would not be found again.
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { hasCatalog } from "../../store/catalog-changes.ts";
import type { Store } from "../../store/open-store.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { Home } from "../home.ts";
import type { CatalogContent } from "../write-catalogs.ts";
import { said } from "../../message.ts";

/** Throws `AlreadyExists` if another engine's catalog is in the store of a holder. */
export async function requireOwnStore(
  { store, home, engineId }: { store: Store; home: Home; engineId: string },
  holderId: string,
  replicas: ReplicaStore,
): Promise<void> {
  if (hasCatalog(store, holderId)) return;
  const entry = await (await replicas.catalog()).any();
  const writer = (entry?.content as CatalogContent | undefined)?.engineId;
  if (writer === undefined || writer === engineId) return;
  const message = said`The replicas in ${replicas.place} were written by another engine (${writer}), and this home ${home.folder} knows
      nothing of them. Rebuild the home of that engine: \`siterecovery adopt ${replicas.place} --key-file
      ${home.keyFileOf(holderId)} --home <empty folder>\`. To begin without them, give ${nameOf(holderId)} another folder.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: holderId });
}
