/** A definition has one vault: what is in others is left out, with a note. */
import { SiteRecoveryError } from "../errors.ts";
import { type FoundThing, type FoundThings, textAt } from "./found-thing.ts";
import { isName } from "./things-of.ts";

interface VaultName {
  readonly group: string;
  readonly name: string;
}

/** The vault that a thing is, or is in; `undefined` for what is in none. */
function vaultOf({ kind, inputs }: FoundThing): VaultName | undefined {
  const name = textAt(inputs, kind === "vault" ? "vaultName" : "resourceName");
  return name === undefined ? undefined : { group: textAt(inputs, "resourceGroupName") ?? "", name };
}

const isSame = (one: VaultName, other: VaultName): boolean =>
  isName(one.name, other.name) && isName(one.group, other.group);

function distinct(vaults: readonly VaultName[]): VaultName[] {
  return vaults.filter((vault, index) => vaults.findIndex((other) => isSame(vault, other)) === index);
}

/** The vault that is asked for, or the first one that is declared, or the only one that things are in. */
function pick(found: FoundThings, source: string, wanted: string | undefined): VaultName {
  const all = distinct(found.things.flatMap((thing) => vaultOf(thing) ?? []));
  const declared = distinct(
    found.things.filter(({ kind }) => kind === "vault").map((thing) => vaultOf(thing)!),
  );
  if (wanted !== undefined) {
    const chosen = all.find(({ name }) => isName(name, wanted));
    if (chosen) return chosen;
    const there = all.length === 0 ? "There is none" : `There are ${all.map(({ name }) => name).join(", ")}`;
    const message = `${source} has no vault '${wanted}'. ${there}.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "--vault" });
  }
  const [first] = declared.length > 0 ? declared : all;
  if (first && (declared.length > 0 || all.length === 1)) return first;
  const notes = found.notes.map((note) => `\n${note}`).join("");
  const message =
    all.length === 0
      ? `${source} holds no Recovery Services vault, and so nothing that a definition could declare.${notes}`
      : `${source} holds things of several vaults. Choose one with --vault: ${all.map(({ name }) => name).join(", ")}.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: source });
}

/** Throws `InvalidInput` where there is no vault, or not the one that is wanted. */
export function chooseVault(found: FoundThings, source: string, wanted?: string): FoundThings {
  const chosen = pick(found, source, wanted);
  const notes = [...found.notes];
  const others = distinct(found.things.flatMap((thing) => vaultOf(thing) ?? [])).filter(
    (vault) => !isSame(vault, chosen),
  );
  for (const other of others) {
    const count = found.things.filter((thing) => {
      const vault = vaultOf(thing);
      return thing.kind !== "vault" && vault && isSame(vault, other);
    }).length;
    const what = count === 0 ? "" : ` and ${count} ${count === 1 ? "thing" : "things"} in it`;
    notes.push(
      `the vault ${other.name}${what} left out: a definition has one vault; convert it with --vault ${other.name}`,
    );
  }
  const things = found.things.filter((thing) => {
    const vault = vaultOf(thing);
    return vault === undefined || isSame(vault, chosen);
  });
  if (things.some(({ kind }) => kind === "vault")) return { things, notes };
  notes.push(`the vault ${chosen.name} is not declared by ${source}; the definition declares it`);
  const vault: FoundThing = {
    kind: "vault",
    inputs: { resourceGroupName: chosen.group, vaultName: chosen.name },
  };
  return { things: [vault, ...things], notes };
}
