import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Objects } from "../ports/objects.ts";

/** Throws `InUse` where the settings say that this identity may not remove objects: nothing is even tried then. */
export function requireRemovable({ place, traits }: Pick<Objects, "place" | "traits">): void {
  if (traits.mayRemove) return;
  const message = said`Nothing in ${place} is removed by this identity (mayDelete: false). Run \`siterecovery retention\` with one that may delete.`;
  throw new SiteRecoveryError("InUse", message, { target: place });
}
