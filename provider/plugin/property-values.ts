/** Values as Pulumi's engine sends them, and back: secrets and what is not known yet travel in wrappers. */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { unknownValue } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import type { Properties } from "../pulumi/resource-state.ts";
import { childPath, SecretValues } from "../pulumi/secret-values.ts";
import { closed, closedState, secretSignature, signatureKey } from "../pulumi/closed-values.ts";
import { isRecord } from "../record.ts";

type Struct = InstanceType<typeof struct.Struct>;

/** What a wrapper can be beside a secret. */
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Pulumi has an own word for each type of value that is not known yet. */
const unknownValues = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export interface Received {
  readonly values: Properties;
  /** What of the values is secret. */
  readonly secrets: SecretValues;
}

function open(value: unknown, path: string, secrets: SecretValues): unknown {
  if (typeof value === "string") return unknownValues.has(value) ? unknownValue : value;
  if (Array.isArray(value)) return value.map((item, at) => open(item, `${path}[${at}]`, secrets));
  if (!isRecord(value)) return value;
  const isOutput = value[signatureKey] === outputSignature;
  if (value[signatureKey] === secretSignature || isOutput) {
    const inner = isOutput && value["value"] === undefined ? unknownValue : value["value"];
    const opened = open(inner, path, secrets);
    if (!isOutput || value["secret"] === true) secrets.add(path, opened);
    return opened;
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, open(inner, childPath(path, key), secrets)]));
}

/** Plain values out of the engine's message, and which of them are secret. */
export function receive(message: Struct | undefined, secrets = new SecretValues()): Received {
  const values = open(message?.toJavaScript() ?? {}, "", secrets) as Properties;
  return { values, secrets };
}

/** The engine's message of plain values, with what is secret wrapped as such. */
export function send(values: Properties, secrets = new SecretValues()): Struct {
  return struct.Struct.fromJavaScript(closed(values, secrets) as never);
}

/** The same of what is kept of a resource, whose outputs may be secret as a whole. */
export function sendState(kind: Kind, state: Properties, secrets: SecretValues): Struct {
  return struct.Struct.fromJavaScript(closedState(kind, state, secrets) as never);
}
