/**
 * Names of layer files. A layer file never changes: a segment that compaction writes again is a copy with the next number,
 * beside the file that it takes the place of, until that one is removed.
 */
import type { LayerKind } from "./layer-format.ts";

export interface LayerName {
  /** 32 hexadecimal digits; the same for all copies. */
  readonly id: string;
  readonly kind: LayerKind;
  /** 0: the file as it was written first. */
  readonly copy: number;
}

/** `<id>.segment`, `<id>-2.segment`: a layer file's name among those of its disk. */
export function layerFileName({ id, kind, copy }: LayerName): string {
  return `${id}${copy === 0 ? "" : `-${copy}`}.${kind}`;
}

/** The name of a layer file's object, by what the names of its disk's objects begin with. */
export function layerName(diskName: string, layer: LayerName): string {
  return `${diskName}/${layerFileName(layer)}`;
}

/** What the name of an object, or of a file, says; `undefined` if it is no layer file's. */
export function parseLayerName(name: string): LayerName | undefined {
  const [, id, copy, kind] = /(?:^|[/\\])([0-9a-f]{32})(?:-([1-9]\d{0,8}))?\.(segment|map)$/.exec(name) ?? [];
  return id === undefined ? undefined : { id, kind: kind as LayerKind, copy: Number(copy ?? 0) };
}
