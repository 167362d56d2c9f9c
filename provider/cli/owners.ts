/** `siterecovery owners` and `disown`: which stack each thing belongs to, and how one is given away on purpose. */
import { nameOf } from "../arm-id.ts";
import type { Engine, Thing } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { kinds } from "../kinds/registry.ts";
import { stackOfUrn } from "../urn.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable } from "./format.ts";
import { openSession, printJson } from "./session.ts";
import { isoTime } from "./times.ts";

export function ownersCommand(): CliCommand {
  return new CliCommand("owners")
    .group("upkeep")
    .description("which resource of which stack each thing belongs to")
    .json("owners")
    .example("owners", "which stack declares what")
    .action(async (flags: { json?: boolean }, self: CliCommand) => {
      const engine = await openSession(self);
      const all = engine.owners.list();
      if (flags.json === true) {
        return printJson(
          "owners",
          all.map(({ thing, owner }) => ({
            id: thing.id,
            kind: thing.kind,
            owner: owner?.urn ?? null,
            claimedAt: owner ? isoTime(owner.claimedAt) : null,
          })),
        );
      }
      const rows = all.map(({ thing, owner }) => [
        kinds[thing.kind].title,
        nameOf(thing.id),
        owner ? stackOfUrn(owner.urn) : "-",
        owner?.urn ?? "none",
      ]);
      process.stdout.write(`${formatTable(["KIND", "NAME", "STACK", "RESOURCE"], rows)}\n`);
    });
}

/** The one thing of an id or a name. Throws `NotFound`. */
function thingNamed(engine: Engine, name: string): Thing {
  const found = engine.owners.named(name);
  if (found.length === 1) return found[0]!;
  const message =
    found.length === 0
      ? `There is nothing of the name or id "${name}". \`siterecovery owners --json\` lists the ids.`
      : `"${name}" names ${found.length} things; use the whole id:\n  ${found.map(({ id }) => id).join("\n  ")}`;
  throw new SiteRecoveryError("NotFound", message, { target: name });
}

export function disownCommand(): CliCommand {
  return new CliCommand("disown")
    .group("upkeep")
    .description(
      "take the owner away from things of a stack that is no more; the next stack that declares one has it",
    )
    .argument("<ids...>", "ids or names of things, as `siterecovery owners` lists them")
    .json("disown")
    .example("disown web1", "give web1 up, so that another stack may declare it")
    .action(async (names: string[], flags: { json?: boolean }, self: CliCommand) => {
      const engine = await openSession(self);
      // A name that is wrong is refused before anything is changed.
      const things = names.map((one) => thingNamed(engine, one));
      const outcomes: { id: string; formerOwner: string | null }[] = [];
      for (const { id } of things)
        outcomes.push({ id, formerOwner: (await engine.owners.release(id))?.urn ?? null });
      if (flags.json === true) return printJson("disown", outcomes);
      for (const { id, formerOwner } of outcomes) {
        const text = formerOwner === null ? "had no owner" : `is no longer owned by ${formerOwner}`;
        process.stdout.write(`${nameOf(id)} ${text}\n`);
      }
    });
}
