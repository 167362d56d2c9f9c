import type { Machines } from "../ports/machines.ts";

/** What a driver does at its places: all that begins with a place, of a machine or of an inventory. */
export type MachinesAtPlaces = Omit<Machines, "definitionOf">;

/** `mine` at the places that `isMine` knows by their text, `others` at all others. */
export function machinesByPlace(
  isMine: (place: string) => boolean,
  mine: MachinesAtPlaces,
  others: Machines,
): Machines {
  const names = Object.keys(mine) as (keyof MachinesAtPlaces)[];
  const chosen = names.map((name) => {
    const call = (place: string, ...rest: unknown[]): unknown => {
      const driver = isMine(place) ? mine : others;
      return (driver[name] as (place: string, ...rest: unknown[]) => unknown)(place, ...rest);
    };
    return [name, call];
  });
  return { ...others, ...(Object.fromEntries(chosen) as MachinesAtPlaces) };
}
