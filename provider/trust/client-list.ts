/**
 * The list of those who may use a target: a text file, a line a client. A client that is not in it is refused, whatever
 * certificate it shows.
 */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

export const allRights = ["reader", "writer", "writer-without-delete"] as const;
export type Rights = (typeof allRights)[number];

export interface Client {
  /** What people call it. Several certificates may have one name: a former one, and the one that came after it. */
  readonly name: string;
  readonly rights: Rights;
  /** Stores, or prefixes of names in them, such as `replicas`; empty for all stores. */
  readonly within: readonly string[];
  /** SHA-256 of its certificate: upper-case hexadecimal digits, in pairs with `:` between them. */
  readonly fingerprint: string;
}

const heading = `# Who may use the stores here, a line a client. Remove a line to shut the client out: no restart is needed.
# name  rights (${allRights.join(", ")})  stores, or "*"  SHA-256 fingerprint of the certificate
`;

const clientName = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;
const prefix = /^[a-z0-9][a-z0-9-]*(?:[./-][a-z0-9-]+)*$/;
const fingerprintForm = /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/;

/** Throws `InvalidInput` for a name that cannot be a client's. */
export function requireClientName(name: string, property: string): void {
  if (clientName.test(name)) return;
  const message = said`"${name}" cannot be the name of a client. Names have lower-case letters, digits, "-" and ".".`;
  throw new SiteRecoveryError("InvalidInput", message, { property });
}

/** Throws `InvalidInput` for what is no store, and no prefix of names in one. */
export function requirePrefix(text: string, property: string): void {
  if (prefix.test(text)) return;
  const message = said`"${text}" is no store. Name a store, such as replicas, or what the names of objects in it begin with, such as replicas/machines.`;
  throw new SiteRecoveryError("InvalidInput", message, { property });
}

/** Reads the list. Throws `InvalidInput` with the line that is wrong: a list that is read in part would be another one. */
export function parseClients(text: string, filePath: string): Client[] {
  return text.split("\n").flatMap((line, index) => {
    const [words = ""] = line.split("#");
    if (words.trim() === "") return [];
    const client = parseLine(words.trim().split(/\s+/));
    if (client !== undefined) return [client];
    const message = said`Line ${index + 1} of ${filePath} is no client: a name, its rights (${allRights.join(", ")}), stores or "*", and a fingerprint.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: filePath });
  });
}

function parseLine(words: readonly string[]): Client | undefined {
  const [name = "", rights = "", stores = "", fingerprint = "", ...more] = words;
  const within = stores === "*" ? [] : stores.split(",");
  const isClient =
    more.length === 0 &&
    clientName.test(name) &&
    (allRights as readonly string[]).includes(rights) &&
    within.every((one) => prefix.test(one)) &&
    fingerprintForm.test(fingerprint.toUpperCase());
  return isClient
    ? { name, rights: rights as Rights, within, fingerprint: fingerprint.toUpperCase() }
    : undefined;
}

export function formatClients(clients: readonly Client[]): string {
  const lines = clients.map(({ name, rights, within, fingerprint }) =>
    [name, rights, within.length === 0 ? "*" : within.join(","), fingerprint].join("  "),
  );
  return [heading, ...lines.map((line) => `${line}\n`)].join("");
}

/** Whether a client may do anything with what begins with `path`: a store, or a store and a name in it. */
export function isWithin({ within }: Pick<Client, "within">, path: string): boolean {
  return within.length === 0 || within.some((one) => path === one || path.startsWith(`${one}/`));
}
