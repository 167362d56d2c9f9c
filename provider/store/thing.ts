/** A row of table `things`: the settings in force of one thing. */
import type { KindName } from "../kinds/kind.ts";

export interface Thing<Inputs = Record<string, unknown>> {
  readonly id: string;
  readonly kind: KindName;
  readonly inputs: Inputs;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revision: number;
}

/** The row as SQLite has it. */
export interface ThingRow {
  id: string;
  kind: KindName;
  inputs: string;
  created_at: number;
  updated_at: number;
  revision: number;
}

export function toThing<Inputs>(row: ThingRow): Thing<Inputs> {
  return {
    id: row.id,
    kind: row.kind,
    inputs: JSON.parse(row.inputs) as Inputs,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  };
}
