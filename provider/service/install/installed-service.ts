/** What an installed service is: which program runs for which home, as whom, and where it writes. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";

export interface InstalledService {
  /** Absolute paths of Node and of the program. */
  readonly node: string;
  readonly program: string;
  /** Absolute path. */
  readonly home: string;
  /** Absolute path of a service.yaml; absent: nobody is told. */
  readonly config?: string;
  /** Who owns the home, by name and by numbers. */
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number };
  /** Absolute paths of folders, beside the home, that cycles, drills and failovers write to. */
  readonly writtenFolders: readonly string[];
  /** Seconds that work may go on once the service is stopped. */
  readonly stopWithinSeconds: number;
  readonly version: string;
}

/** Seconds for what follows the work: channels and the database are closed. */
const closingSeconds = 25;

/** How long a supervisor waits before it kills the service, in seconds. */
export function killAfterSeconds({ stopWithinSeconds }: InstalledService): number {
  return stopWithinSeconds + closingSeconds;
}

/** The words after the name of the program. */
export function serveWords({ home, config }: InstalledService): string[] {
  return ["--home", home, "serve", ...(config === undefined ? [] : ["--config", config])];
}

/** Home and folders. Throws `InvalidInput` for a path that cannot stand on a line of its own. */
export function writtenPaths({ home, writtenFolders }: InstalledService): string[] {
  const paths = [home, ...writtenFolders];
  const odd = paths.find((one) => /[\0-\x1f\x7f]/.test(one));
  if (odd === undefined) return paths;
  const message = said`The path ${odd} has control characters in it, and no supervisor takes it. Rename the folder.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: odd });
}
