import type * as pulumi from "@pulumi/pulumi";

/** What an azure-native argument takes, without the promises and outputs that it takes as well. */
type Value<T> = T extends Promise<unknown> | pulumi.OutputInstance<unknown> | undefined ? never : T;

/** Of a union that `instanceType` tells apart, the member that ours stands for. */
type Counterpart<Ours, Theirs> = Ours extends { instanceType: infer Tag }
  ? Extract<Theirs, { instanceType: pulumi.Input<Tag> }>
  : Theirs;

type KeysOf<Theirs> = Theirs extends unknown ? keyof Theirs : never;

/**
 * The property paths of ours that azure-native does not have, at every nesting level; `never` when there is none.
 * Assignability alone does not tell: TypeScript takes a value with more properties than asked for.
 */
export type ForeignKeys<Ours, Theirs, Path extends string = ""> = Ours extends readonly (infer Item)[]
  ? Value<Theirs> extends readonly (infer TheirItem)[]
    ? ForeignKeys<Item, Value<TheirItem>, `${Path}[]`>
    : `${Path}[]`
  : Ours extends object
    ? {
        [Key in keyof Ours & string]-?: Key extends KeysOf<Counterpart<Ours, Theirs>>
          ? ForeignKeys<
              NonNullable<Ours[Key]>,
              Value<Counterpart<Ours, Theirs>[Key & keyof Counterpart<Ours, Theirs>]>,
              `${Path}.${Key}`
            >
          : `${Path}.${Key}`;
      }[keyof Ours & string]
    : never;

/** Compiles only for `never`. */
export type None<T extends never> = T;
/** Compiles only when the first type may stand where the second is wanted. */
export type Fits<Ours extends Theirs, Theirs> = Ours;
