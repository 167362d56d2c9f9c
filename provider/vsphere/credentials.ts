import { readPrivateFile } from "../blocks/read-private-file.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { VsphereSettings } from "./settings.ts";

/** An account of vCenter. */
export interface Account {
  readonly userName: string;
  readonly password: string;
}

/** Reads the account that the settings name. No message has any of what was read. Throws `InvalidInput`. */
export function readAccount(
  { host, credentials }: VsphereSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Account {
  if ("file" in credentials) return parse(readPrivateFile(credentials.file), credentials.file, host);
  const { environmentVariable } = credentials;
  const text = environment[environmentVariable];
  if (text !== undefined && text.trim() !== "") return parse(text, environmentVariable, host);
  const message = said`The environment variable ${environmentVariable} with the account of ${host} is not set.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: host, property: "credentials" });
}

/** `name:password`. The name has no colon; the password may have any sign, and spaces at its ends. */
function parse(text: string, from: string, host: string): Account {
  const line = text.replace(/(\r?\n)+$/, "");
  const colon = line.indexOf(":");
  const userName = line.slice(0, Math.max(colon, 0)).trim();
  const password = line.slice(colon + 1);
  if (userName !== "" && password !== "" && !/[\r\n]/.test(line)) return { userName, password };
  const message = said`${from} holds no account of ${host}. Put <user name>:<password> in it, on one line.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: host, property: "credentials" });
}
