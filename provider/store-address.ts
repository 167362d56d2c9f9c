/**
 * Where a replica store is, as definitions, programs and commands say it. Nothing in it is secret: credentials are named,
 * never given.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { SiteRecoveryError } from "./errors.ts";
import { joined, type Message, plain, said } from "./message.ts";

export interface StoreAddress {
  /** `file:///folder`, `azblob://account/container`, `s3://bucket/prefix` or `https://host:port/store`. */
  readonly url: string;
  /** The service's address, where it is not the one of Azure or AWS. */
  readonly endpoint?: string;
  /** The region of an S3 bucket. */
  readonly region?: string;
  /** Whether the bucket of S3 is in the path of addresses, not in the host's name. */
  readonly pathStyle?: boolean;
  /** A file with the certificates (PEM) that the server's one is checked with. */
  readonly certificateAuthorityFile?: string;
  /** Where the credentials are. Without it: the identity of this computer or workload. */
  readonly credentials?: { readonly environmentVariable?: string; readonly file?: string };
  /**
   * Locks what recovery points need, in object storage, until the policy's retention ends. `compliance`: nobody ends a lock
   * before its time; `governance`: whoever has a permission of its own for that.
   */
  readonly retentionLock?: "governance" | "compliance";
  /** Whether this identity may delete objects. Without that right, `siterecovery retention` is run with another one. Default: true. */
  readonly mayDelete?: boolean;
}

/**
 * Which driver keeps objects, and what it takes: all that a worker thread needs to reach the same place.
 * Structured-cloneable. Credentials are named in it, never given.
 */
export interface ObjectsAddress {
  readonly driver: "folder" | "azure-blob" | "s3" | "https";
  readonly settings: unknown;
}

/** The settings beside the URL. */
export const addressSettings = [
  "endpoint",
  "region",
  "pathStyle",
  "certificateAuthorityFile",
  "credentials",
  "retentionLock",
  "mayDelete",
] as const satisfies readonly (keyof StoreAddress)[];

interface Scheme {
  /** What follows the scheme, as a pattern, and how people are told. */
  readonly rest: RegExp;
  readonly form: string;
  readonly takes: readonly (typeof addressSettings)[number][];
  /** Settings without which the place cannot be reached, and what they are for. */
  readonly needs?: Partial<Record<(typeof addressSettings)[number], Message>>;
  toPlace(parts: readonly string[], address: StoreAddress): ObjectsAddress;
}

const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    rest: /^\/\/(\/.*)$/,
    form: "file:///absolute/folder",
    takes: [],
    toPlace: (_parts, { url }) => ({ driver: "folder", settings: { folder: fileURLToPath(url) } }),
  },
  azblob: {
    rest: /^\/\/([a-z0-9]{3,24})\/([a-z0-9](?:-?[a-z0-9]){2,62})$/,
    form: "azblob://account/container",
    takes: ["endpoint", "certificateAuthorityFile", "credentials", "retentionLock", "mayDelete"],
    toPlace: ([account, container], address) => ({
      driver: "azure-blob",
      settings: { account, container, ...settingsBeside(address) },
    }),
  },
  s3: {
    // Not the buckets of one zone, which list their objects in no order. Names of objects follow the prefix.
    rest: /^\/\/((?!.*--x-s3(?:\/|$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(|(?=.{1,300}$)(?!\.{1,2}(?:\/|$))[\w!.()-]+(?:\/(?!\.{1,2}(?:\/|$))[\w!.()-]+)*\/?))?$/,
    form: "s3://bucket/prefix",
    takes: addressSettings,
    toPlace: ([bucket, path = ""], address) => {
      const prefix = path.replace(/\/$/, "");
      const place = prefix === "" ? { bucket } : { bucket, prefix };
      return { driver: "s3", settings: { ...place, ...settingsBeside(address) } };
    },
  },
  https: {
    // With its port, so that no address of another service is taken for one.
    rest: /^\/\/((?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]):[1-9]\d{0,4})\/([a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?)\/?$/,
    form: "https://host:port/store",
    takes: ["certificateAuthorityFile", "credentials", "mayDelete"],
    needs: { credentials: said`must name the file with the certificate and key of this client` },
    toPlace: ([host, store], address) => ({
      driver: "https",
      settings: { host, store, ...settingsBeside(address) },
    }),
  },
};

/** Settings that are given, as drivers take them. */
function settingsBeside(address: StoreAddress): object {
  return Object.fromEntries(
    addressSettings.flatMap((name) => (address[name] === undefined ? [] : [[name, address[name]]])),
  );
}

function schemeOf(url: string): { scheme: Scheme; parts: readonly string[] } | undefined {
  const at = url.indexOf(":");
  const scheme = schemes[url.slice(0, at)];
  const match = scheme?.rest.exec(url.slice(at + 1));
  return scheme && match ? { scheme, parts: match.slice(1) } : undefined;
}

export interface AddressMistake {
  readonly property: keyof StoreAddress;
  /** A sentence without its subject, which is the setting. */
  readonly reason: Message;
}

/** What is wrong with an address; empty if nothing is. Settings that are not known yet are not given. */
export function addressMistakes(address: Partial<StoreAddress>): AddressMistake[] {
  const { url } = address;
  const beside = addressSettings.filter((name) => address[name] !== undefined);
  if (url === undefined) {
    return beside.map((property) => ({
      property,
      reason: said`says nothing without a url of object storage`,
    }));
  }
  const found = schemeOf(url);
  if (found === undefined) {
    const forms = joined(Object.values(schemes).map(({ form }) => plain(form)));
    // It is not shown: a wrong one may have credentials in it.
    return [{ property: "url", reason: said`has none of the forms ${forms}, without user and query` }];
  }
  const { scheme } = found;
  const foreign = beside.filter((name) => !scheme.takes.includes(name));
  const needs = Object.entries(scheme.needs ?? {}) as [(typeof addressSettings)[number], Message][];
  const missing = needs.filter(([property]) => address[property] === undefined);
  return [
    ...foreign.map((property): AddressMistake => ({
      property,
      reason: said`says nothing of ${plain(scheme.form)}; leave it out`,
    })),
    ...missing.map(([property, reason]): AddressMistake => ({ property, reason })),
    ...credentialMistakes(address),
  ];
}

function credentialMistakes({ credentials }: Partial<StoreAddress>): AddressMistake[] {
  if (credentials === undefined) return [];
  const count = [credentials.environmentVariable, credentials.file].filter((one) => one !== undefined).length;
  if (count === 1) return [];
  return [{ property: "credentials", reason: said`names either an environmentVariable or a file` }];
}

/** The place of an address, for the drivers. Throws `InvalidInput`. */
export function placeOfAddress(address: StoreAddress): ObjectsAddress {
  const [mistake] = addressMistakes(address);
  if (mistake !== undefined) {
    throw new SiteRecoveryError(
      "InvalidInput",
      said`The ${plain(mistake.property)} of the replicas ${mistake.reason}.`,
      {
        property: mistake.property,
      },
    );
  }
  const { scheme, parts } = schemeOf(address.url)!;
  return scheme.toPlace(parts, address);
}

/** The folder of an address on this computer; `undefined` for object storage. */
export function folderOf(place: ObjectsAddress): string | undefined {
  return place.driver === "folder" ? path.resolve((place.settings as { folder: string }).folder) : undefined;
}
