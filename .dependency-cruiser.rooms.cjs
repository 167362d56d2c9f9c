// The part of the import law about the rooms of the engine.
/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

// The rooms of the engine from the ground up. A room uses those of lower floors, and none beside it or above.
const floors = [
  ["process-server"],
  ["lease", "protected-item"],
  ["replication", "recovery-point", "inventory"],
  ["identity", "components", "upkeep"],
  ["job", "gate"],
  ["replication-cycle"],
  ["failover", "enable", "forecast"],
  ["attach", "hydrate", "recovery-plan", "decisions"],
  ["recovery-home", "drill", "health", "instant-start"],
  ["replicate"],
  ["protection-cluster"],
];

exports.roomRules = floors.flatMap((rooms, floor) =>
  rooms.map((room) => {
    const below = floors.slice(0, floor).flat().join("|");
    return forbid(
      `engine-${room}-uses-lower-floors`,
      "No room of the engine needs another one that needs it: each stands on the floors below.",
      { path: `^provider/engine/${room}/` },
      {
        path: "^provider/engine/[^/]+/",
        pathNot: `^provider/engine/(${[room, below].filter(Boolean).join("|")})/`,
      },
    );
  }),
);
