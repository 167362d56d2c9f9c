/** What to say of a thing that belongs to another resource, and what to type next. */
import { nameOf } from "../arm-id.ts";
import type { Engine, OwnerRow } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Kind } from "../kinds/kind.ts";
import { nameOfUrn, stackOfUrn, typeOfUrn } from "../urn.ts";
import { Notice } from "./notice.ts";
import type { Owner, OwnerMark } from "./owner.ts";
import { type Message, plain, said } from "../message.ts";
import { argumentName } from "../kinds/argument-name.ts";
import { shellWord } from "../shell-word.ts";

/** How a resource takes over a thing: by an import, which Pulumi does not do for dynamic resources. */
function takeOver(id: string, urn: string): Message {
  const type = typeOfUrn(urn);
  if (type.startsWith("pulumi-nodejs:")) return said`set adopt: true in its arguments`;
  return said`run \`pulumi import ${plain(type)} ${shellWord(nameOfUrn(urn))} ${shellWord(id)}\``;
}

/** A resource asks for the creation of a thing that another one owns. */
export function ownedByAnother(kind: Kind, id: string, held: OwnerRow, owner: Owner): SiteRecoveryError {
  const isSameStack = stackOfUrn(held.urn) === stackOfUrn(owner.urn);
  const advice = isSameStack
    ? said`If it is that resource under a new name, add the option aliases: ["${held.urn}"]; to take it over from a
        resource that is no more, ${takeOver(id, owner.urn)}.`
    : said`To use it here, look it up (get${plain(kind.className)}); to take it over from a stack that is no more,
        ${takeOver(id, owner.urn)}.`;
  const message = said`The ${plain(kind.title)} "${nameOf(id)}" exists already and belongs to ${held.urn}. ${advice}`;
  return new SiteRecoveryError("AlreadyExists", message, { target: id });
}

/** A resource asks for the creation of a thing that is there with other settings. */
export function existsOtherwise(kind: Kind, id: string, property: string, owner: Owner): SiteRecoveryError {
  const message = said`A ${plain(kind.title)} "${nameOf(id)}" exists already and differs in ${plain(argumentName(property))}. Choose another name, or
      ${takeOver(id, owner.urn)} to take over the one that exists.`;
  return new SiteRecoveryError("AlreadyExists", message, { target: id, property });
}

/** A resource asks for a change of a thing that another one owns by now. */
export function changedByAnother(kind: Kind, id: string, held: OwnerRow): SiteRecoveryError {
  const message = said`The ${plain(kind.title)} "${nameOf(id)}" belongs to ${held.urn} and is not changed by this resource. Take one of
      the two out of its program, which deletes nothing, or run \`siterecovery disown ${shellWord(id)}\` first.`;
  return new SiteRecoveryError("ActionNotAllowed", message, { target: id });
}

/** What a preview says of a thing that another resource owns. */
export function sharedNotice(kind: Kind, id: string, held: OwnerRow): Notice {
  const text = said`the ${plain(kind.title)} ${nameOf(id)} belongs to ${held.urn}: this resource neither changes nor deletes it.
      A stack that only uses it looks it up (get${plain(kind.className)}).`;
  return new Notice("warning", text);
}

/** What a deletion says that left the thing to its owner. */
export function leftAloneNotice(kind: Kind, id: string, held: OwnerRow, owner: Owner): Notice {
  const belongs =
    held.urn === owner.urn
      ? said`its replacement has it now`
      : said`it belongs to ${held.urn}; \`siterecovery disown\` takes its owner away`;
  return new Notice("warning", said`the ${plain(kind.title)} ${nameOf(id)} was not deleted: ${belongs}`);
}

function described(engine: string, home: string): Message {
  return said`engine ${engine.slice(0, 8)} at ${home}`;
}

/** The provider's home is another one than that which the thing was made in. */
export function otherHome(kind: Kind, id: string, kept: OwnerMark, engine: Engine): SiteRecoveryError {
  const message = said`The ${plain(kind.title)} "${nameOf(id)}" of this stack was made in the ${described(kept.engine, kept.home)}; the
      provider now points at the ${described(engine.engineId, engine.homeFolder)}. Set siterecovery:home (or
      SITERECOVERY_HOME) back to ${kept.home}. If that engine is no more, take its resources out of the state with
      \`pulumi state delete\`, and run \`pulumi up\`.`;
  return new SiteRecoveryError("ActionNotAllowed", message, { target: id });
}

/** The home folder is the same and the engine in it is not: the folder was emptied. */
export function newHomeNotice(kind: Kind, id: string, kept: OwnerMark, engine: Engine): Notice {
  const text = said`the ${plain(kind.title)} ${nameOf(id)} was made in the ${described(kept.engine, kept.home)}, and that folder has a new
      engine by now (${engine.engineId.slice(0, 8)}); it will be made again`;
  return new Notice("warning", text);
}
