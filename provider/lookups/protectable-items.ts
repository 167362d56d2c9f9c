import type { Lookup } from "./lookup.ts";

/** `listProtectableItems`: what discovery finds. */
export const protectableItemsLookup: Lookup = {
  name: "listProtectableItems",
  description: "The machines that hosts, vCenter servers and configuration servers have.",
  inputs: {
    type: "object",
    additionalProperties: false,
    required: [],
    properties: {
      fabricName: { type: "string", description: "The name of a site; all of them when it is absent." },
    },
  },
  outputs: {
    type: "object",
    additionalProperties: false,
    required: ["items"],
    properties: {
      items: {
        type: "array",
        description: "The machines.",
        items: {
          type: "object",
          description: "A machine.",
          additionalProperties: false,
          required: ["name", "fabricId", "holderName", "sizeBytes", "problems"],
          properties: {
            name: { type: "string", description: "Its name." },
            fabricId: { type: "string", description: "ARM id of its site." },
            holderName: { type: "string", description: "The host or server that has it." },
            guestOs: { type: "string", description: "Its guest system, such as `Ubuntu 22.04`." },
            sizeBytes: { type: "integer", description: "The size of its disks, in bytes." },
            protectedItemId: { type: "string", description: "ARM id of the item that protects it." },
            problems: {
              type: "array",
              description: "Why it cannot be protected; none when it can.",
              items: { type: "string" },
            },
          },
        },
      },
    },
  },
  run: async ({ engine }, values) => {
    const site = values["fabricName"];
    const { items } = await engine.hosts.protectableItems(typeof site === "string" ? site : undefined);
    return Promise.resolve({
      items: items.map(({ name, siteId, holderName, guestOs, disks, protectedItemId, problems }) => ({
        name,
        fabricId: siteId,
        holderName,
        sizeBytes: disks.reduce((sum, disk) => sum + disk.sizeBytes, 0),
        problems: [...problems],
        ...(guestOs === undefined ? {} : { guestOs }),
        ...(protectedItemId === undefined ? {} : { protectedItemId }),
      })),
    });
  },
};
