import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/**
 * Loads a package that not every target needs, so that it may be missing until one does. `install` names all packages that
 * such a place needs. Throws `PrerequisitesNotMet` if it is missing.
 */
export async function loadOptional(packageName: string, place: string, install: string): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message = said`${place} needs the package ${packageName}. Run: npm install ${install}`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
  }
}
