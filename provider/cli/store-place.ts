/** The place of a replica store on a command line: a folder, or the URL of object storage or of another site, with options of its own. */
import path from "node:path";
import { Option } from "commander";
import type { StoreSource } from "../engine/recovery-home/adoption.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { CliCommand } from "./cli-command.ts";
import { InputOption } from "./read-given-file.ts";

export interface StorePlaceFlags {
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: boolean;
  readonly caFile?: string;
  readonly credentialsEnv?: string;
  readonly credentialsFile?: string;
}

/** Adds the options that say how object storage is reached. */
export function withStorePlace(command: CliCommand): CliCommand {
  return command
    .option("--endpoint <url>", "object storage: the service's address, if it is not Azure's or AWS's own")
    .option("--region <region>", "S3: the region of the bucket")
    .option("--path-style", "S3: the bucket is in the path of addresses, not in the host's name")
    .addOption(
      new InputOption(
        "--ca-file <file>",
        "object storage, another site: the certificates (PEM) that its server's one is checked with",
      ),
    )
    .option(
      "--credentials-env <name>",
      "object storage, another site: the environment variable that holds the credentials",
    )
    .addOption(
      new InputOption(
        "--credentials-file <file>",
        "object storage, another site: the file (mode 0600) that holds the credentials",
      ),
    );
}

/** `--key-file`, for what opens replicas without their engine. */
export function keyFileOption(): Option {
  const text = "a file of `key export`, a key file, or a folder of these";
  return new InputOption("--key-file <file...>", text, { mayBeFolder: true });
}

/** `--passphrase-file`, instead of a key. */
export function passphraseFileOption(): Option {
  return new InputOption("--passphrase-file <file>", "a file with the recovery passphrase");
}

/** `--as-of`, for what reads a store. */
export function asOfOption(): Option {
  return new Option(
    "--as-of <instant>",
    "S3 with versions: as it was then, such as 2026-01-05T08:00:00Z, before an attack; what was written since stays as it is",
  );
}

/** The instant that `--as-of` names. */
export function instantOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(written)
    ? Date.parse(written)
    : NaN;
  if (!Number.isNaN(instant)) return instant;
  const message = said`--as-of is "${written}"; write a time such as 2026-01-05T08:00:00Z.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "--as-of" });
}

/** What the words and options of a command line name. */
export function storePlaceOf(place: string, flags: StorePlaceFlags): Pick<StoreSource, "folder" | "address"> {
  if (!/^[a-z0-9]+:/.test(place)) return { folder: path.resolve(place) };
  const { endpoint, region, pathStyle, caFile, credentialsEnv, credentialsFile } = flags;
  const credentials = {
    ...(credentialsEnv === undefined ? {} : { environmentVariable: credentialsEnv }),
    ...(credentialsFile === undefined ? {} : { file: path.resolve(credentialsFile) }),
  };
  return {
    address: {
      url: place,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(pathStyle === undefined ? {} : { pathStyle }),
      ...(caFile === undefined ? {} : { certificateAuthorityFile: path.resolve(caFile) }),
      ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
    },
  };
}
