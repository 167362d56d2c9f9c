import path from "node:path";
import { readPrivateFile } from "../../blocks/read-private-file.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { SecretPlace } from "../settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where secrets are looked for. */
export interface SecretSource {
  readonly environment: Environment;
  /** Relative paths begin here. */
  readonly folder: string;
}

/** A secret, without white space around it. Throws `InvalidInput` if there is none; no message has any of it. */
export function readSecret(
  secret: SecretPlace,
  channel: string,
  { environment, folder }: SecretSource,
): string {
  const { environmentVariable, file } = secret;
  const text =
    file === undefined
      ? (environment[environmentVariable ?? ""] ?? "")
      : readPrivateFile(path.resolve(folder, file));
  if (text.trim() !== "") return text.trim();
  const message =
    file === undefined
      ? said`The environment variable ${environmentVariable ?? "?"} of channel ${channel} is not set.`
      : said`The file ${file} of channel ${channel} is empty.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: channel });
}
