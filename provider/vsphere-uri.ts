/**
 * Where a vSphere server is, and how it is reached, as an inventory names it:
 * `vsphere://vc.example.org?credentials-file=/etc/vc&ca-file=/etc/vc-ca.pem`. Nothing in it is secret.
 */
import path from "node:path";

const scheme = "vsphere://";
const names = ["credentials-file", "credentials-env", "ca-file", "thumbprint"] as const;
type Name = (typeof names)[number];

/** What an address of vSphere says. */
export interface VsphereUri {
  /** With a port if it has one. */
  readonly host: string;
  readonly values: Readonly<Partial<Record<Name, string>>>;
}

/** Whether a text is the address of a vSphere server, or of a machine there. */
export function isVsphereUri(text: string): boolean {
  return text.startsWith(scheme);
}

function partsOf(uri: string): { host: string; query: URLSearchParams } {
  const at = uri.indexOf("?");
  const host = uri.slice(scheme.length, at === -1 ? undefined : at);
  return { host, query: new URLSearchParams(at === -1 ? "" : uri.slice(at + 1)) };
}

/** Why machines cannot be looked for there, as the end of a sentence that quotes no value; `undefined` if they can. */
export function vsphereUriProblem(uri: string): string | undefined {
  if (!isVsphereUri(uri))
    return "is no address of vSphere: those begin with vsphere://, such as vsphere://vc.example.org";
  if (/[#\s]/.test(uri)) return "has a space or a # in it, which no address of vSphere has";
  const { host, query } = partsOf(uri);
  if (host.includes("@"))
    return "has an account in it; name the file that holds the account: credentials-file=<file>";
  if (host === "" || host.includes("/")) return "must have a host and no path: vsphere://vc.example.org";
  for (const name of new Set(query.keys())) {
    if (!(names as readonly string[]).includes(name)) return `may say no more than ${names.join(", ")}`;
    if (query.getAll(name).length > 1) return `says ${name} twice`;
  }
  const isOne = query.has("credentials-file") !== query.has("credentials-env");
  if (!isOne)
    return "must name the account, by one of credentials-file=<file> and credentials-env=<variable>";
  for (const name of ["credentials-file", "ca-file"])
    if (query.has(name) && !path.isAbsolute(query.get(name)!)) return `must have an absolute path in ${name}`;
  return undefined;
}

/** What an address says that has no problem. */
export function parseVsphereUri(uri: string): VsphereUri {
  const { host, query } = partsOf(uri);
  return { host, values: Object.fromEntries(query) };
}
