import path from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { certificateDaysMax } from "../certificate-expiry.ts";
import { SiteRecoveryError } from "../errors.ts";
import { allRights, type Client, type Rights } from "../trust/client-list.ts";
import type { TrustFolder } from "../trust/trust-folder.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable } from "./format.ts";
import type { TargetTrustJson } from "./json/targets.ts";
import { requireOutput } from "./output-option.ts";
import { printJson } from "./session.ts";
import { isoTime } from "./times.ts";

interface TrustFlags {
  readonly host?: readonly string[];
  readonly client?: string;
  readonly rights?: Rights;
  readonly store?: readonly string[];
  readonly days: number;
  readonly renew?: boolean;
  readonly revoke?: string;
  readonly json?: boolean;
}

function toDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= certificateDaysMax) return days;
  throw new InvalidArgumentError(`A certificate is valid for 1 to ${certificateDaysMax} days.`);
}

/** Makes and changes what the flags ask for. Returns a sentence for each thing that is new. */
function change(trust: TrustFolder, flags: TrustFlags): string[] {
  if (trust.hosts().length === 0 && flags.host === undefined) {
    throw new SiteRecoveryError(
      "InvalidInput",
      "The server has no certificate yet. Name it as clients will reach it: --host dr.example.org",
      { property: "--host" },
    );
  }
  const changes: string[] = [];
  if (trust.makeAuthority("siterecovery target")) {
    changes.push(
      `${trust.authorityFile} is the certificate of a new private authority; its key is beside it`,
    );
  }
  if (trust.makeServer(flags.host ?? [], flags.days)) {
    changes.push(`the server has a new certificate for ${trust.hosts().join(", ")}`);
  }
  if (flags.client !== undefined) changes.push(addClient(trust, flags.client, flags));
  if (flags.revoke !== undefined) {
    const count = trust.revoke(flags.revoke);
    changes.push(
      `${flags.revoke} is let in no more (${count} ${count === 1 ? "certificate" : "certificates"})`,
    );
  }
  return changes;
}

function addClient(
  trust: TrustFolder,
  name: string,
  { rights, store, days, renew = false }: TrustFlags,
): string {
  const former = trust.rightsOf(name);
  const wish = { rights: rights ?? former?.rights ?? "writer", within: store ?? former?.within ?? [] };
  const isNew = trust.letIn({ name, ...wish }, days, renew);
  if (!isNew) return `${name} is a ${describeRights(wish)}`;
  const beside = former === undefined ? "" : "; a former one is let in until it ends";
  return `${trust.clientFile(name)} is the certificate and key of ${name}, a ${describeRights(wish)}${beside}`;
}

function describeRights({ rights, within }: Pick<Client, "rights" | "within">): string {
  return `${rights} of ${within.length === 0 ? "all stores" : within.join(", ")}`;
}

function show(trust: TrustFolder, changes: readonly string[], flags: TrustFlags): void {
  const certificates = trust.validity();
  const clients = trust.clients();
  if (flags.json === true) {
    const shown = certificates.map(({ of, name, file, until, fingerprint }) => ({
      of,
      name: name ?? null,
      file,
      validUntil: isoTime(until),
      fingerprint,
    }));
    const result: TargetTrustJson = {
      folder: trust.folder,
      changes,
      hosts: trust.hosts(),
      certificates: shown,
      clients,
    };
    return printJson("target trust", result);
  }
  for (const one of changes) process.stdout.write(`${one}\n`);
  const untilOf = new Map(
    certificates.map(({ fingerprint, until }) => [fingerprint, isoTime(until).slice(0, 10)]),
  );
  const rows = [
    ...certificates
      .filter(({ of }) => of !== "client")
      .map(({ of, until }) => [
        of,
        of === "server" ? trust.hosts().join(", ") : "",
        isoTime(until).slice(0, 10),
      ]),
    ...clients.map((client) => [
      client.name,
      describeRights(client),
      untilOf.get(client.fingerprint) ?? "its file is not here",
    ]),
  ];
  process.stdout.write(`${formatTable(["WHO", "WHAT FOR", "VALID UNTIL"], rows)}\n`);
}

/** `siterecovery target trust <folder>`: the certificates of a target and its clients. */
export function targetTrustCommand(): CliCommand {
  return new CliCommand("trust")
    .description("make and show the certificates of a target: its private authority, its server, its clients")
    .argument("<folder>", "the folder of certificates; it is made if it is not there")
    .option("--host <name...>", "names and addresses that clients reach the server by")
    .option("--client <name>", "let a client in, with a certificate of its own; change what it may do")
    .option("--renew", "make a new certificate for the client; both are let in until the former one ends")
    .addOption(
      new Option("--rights <rights>", "what the client may do (default: writer, or as before)").choices(
        allRights,
      ),
    )
    .option(
      "--store <prefix...>",
      "the client's stores, or prefixes of names in them (default: all, or as before)",
    )
    .addOption(
      new Option("--days <number>", "how long new certificates are valid")
        .argParser(toDays)
        .default(certificateDaysMax),
    )
    .option("--revoke <name>", "shut a client out; a server that runs knows it at once")
    .json("target trust")
    .example("target trust /srv/dr/trust --host dr.example.org", "an authority, and the server's certificate")
    .example(
      "target trust /srv/dr/trust --client lyon --rights writer-without-delete --store replicas",
      "a certificate for a site that writes and may not delete",
    )
    .addHelpText(
      "after",
      "\nCarry a client's file and ca.pem to its site, and keep ca.key where nobody can copy it: it is needed only here, by this" +
        " command. Certificates are made again in their last 30 days whenever this runs for them.",
    )
    .action(async (folder: string, flags: TrustFlags) => {
      requireOutput(folder);
      // No other command needs what makes certificates, and all of them would load it.
      const { TrustFolder } = await import("../trust/trust-folder.ts");
      const trust = new TrustFolder(path.resolve(folder));
      const changes = trust.around(() => change(trust, flags));
      show(trust, changes, flags);
    });
}
