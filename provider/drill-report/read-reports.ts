/** Reports and keys in files, without an engine. */
import { createPublicKey } from "node:crypto";
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { type Message, said } from "../message.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import { readValidJson } from "../yaml/read-valid-json.ts";
import type { DrillReport } from "./drill-report.ts";

export type ReportFile =
  | { readonly file: string; readonly report: DrillReport }
  /** It is no whole report, for this reason. */
  | { readonly file: string; readonly problem: string };

/** The engine keeps a folder for each vault; a copy may be flat. */
function filesBelow(folder: string): string[] {
  return localFileSystem.list(folder).flatMap((name) => {
    const place = path.join(folder, name);
    if (name.endsWith(".json")) return [place];
    return listed(place)
      .filter((inner) => inner.endsWith(".json"))
      .map((inner) => path.join(place, inner));
  });
}

/** The names in a folder; none in a file, such as the page of a report. */
function listed(place: string): string[] {
  try {
    return localFileSystem.list(place);
  } catch (error) {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code === "ENOTDIR") return [];
    throw error;
  }
}

/** What is in the JSON files of a folder and of the folders in it; none if it is not there. */
export function readReports(folder: string): ReportFile[] {
  return filesBelow(folder).map((file) => {
    try {
      return { file, report: readValidJson<DrillReport>(file, "drill-report") };
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      return { file, problem: error.message };
    }
  });
}

/** A public key in PEM, as reports name it: SPKI in DER, as base64. `undefined` for any other text. */
export function publicKeyOf(text: string): string | undefined {
  // Node makes a public key of a private one as well; a private one has no business here.
  if (!text.includes("PUBLIC KEY")) return undefined;
  try {
    return createPublicKey(text).export({ type: "spki", format: "der" }).toString("base64");
  } catch {
    return undefined;
  }
}

/** What a file that should hold a public key is, if it does not. */
export function noPublicKey(file: string): Message {
  return said`${file} is no public key. Name a file with what \`siterecovery drill key\` prints.`;
}

/** The public key in a PEM file. Throws `InvalidInput`. */
export function publicKeyIn(file: string): string {
  const key = publicKeyOf(pemIn(file));
  if (key === undefined) throw new SiteRecoveryError("InvalidInput", noPublicKey(file));
  return key;
}

function pemIn(file: string): string {
  try {
    return readTextFile(localFileSystem, file);
  } catch (error) {
    const message = said`${file} cannot be read as a public key: ${messageOf(error)}. Name a file with what \`siterecovery drill key\` prints.`;
    throw new SiteRecoveryError("InvalidInput", message, { cause: error });
  }
}
