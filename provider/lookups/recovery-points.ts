import { SiteRecoveryError } from "../errors.ts";
import type { Lookup } from "./lookup.ts";
import { said } from "../message.ts";

/** `getRecoveryPoints`: what a failover, a drill or an export of a protected item can use. */
export const recoveryPointsLookup: Lookup = {
  name: "getRecoveryPoints",
  description: "The recovery points of a protected item, oldest first.",
  inputs: {
    type: "object",
    additionalProperties: false,
    required: ["protectedItemId"],
    properties: {
      protectedItemId: { type: "string", description: "ARM id of the protected item." },
    },
  },
  outputs: {
    type: "object",
    additionalProperties: false,
    required: ["recoveryPoints"],
    properties: {
      recoveryPoints: {
        type: "array",
        description: "The points, oldest first.",
        items: {
          type: "object",
          description: "A recovery point.",
          additionalProperties: false,
          required: ["name", "time", "kind", "isMultiVm", "storedBytes"],
          properties: {
            name: { type: "string", description: "Its name, as `recoveryPoint` of a failover takes it." },
            time: { type: "string", description: "The instant that it holds; ISO 8601." },
            kind: {
              type: "string",
              description: "What it is consistent with, such as crash or application.",
            },
            isMultiVm: {
              type: "boolean",
              description: "Whether its replication group has it at the same instant.",
            },
            storedBytes: { type: "integer", description: "What it takes at the target, in bytes." },
          },
        },
      },
    },
  },
  run: async ({ engine }, values) => {
    const id = String(values["protectedItemId"]);
    if (!engine.findItem(id)) {
      const message = said`There is no protected item ${id}. listProtectedItems lists them.`;
      throw new SiteRecoveryError("NotFound", message, { target: id });
    }
    const points = await engine.recoveryPoints(id);
    return {
      recoveryPoints: points.map((point) => ({
        name: point.id,
        time: new Date(point.takenAt).toISOString(),
        kind: point.kind,
        isMultiVm: point.multiVm,
        storedBytes: point.bytesStored,
      })),
    };
  },
};
