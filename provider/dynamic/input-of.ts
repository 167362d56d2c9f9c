import type * as pulumi from "@pulumi/pulumi";

/** A plain type with every value in it, at every depth, open to promises and outputs of other resources. */
type Opened<T> = T extends readonly (infer Item)[] ? InputOf<Item>[] : T extends object ? ArgsOf<T> : T;

/** What a program may write where a `T` is wanted: the value, a promise of it, or an output of another resource. */
export type InputOf<T> = pulumi.Input<Opened<T>>;

/** Arguments of a resource: its kind's inputs, each of them an `InputOf`. Optional ones also take `undefined`. */
export type ArgsOf<T extends object> = {
  [Key in keyof T]: object extends Pick<T, Key> ? InputOf<T[Key] | undefined> : InputOf<T[Key]>;
};

/** Arguments of a declared resource: its kind's, and what each resource of the embedded engine takes. */
export type DeclaredArgs<T extends object> = ArgsOf<T> & {
  /**
   * Takes over what exists under this name from the resource that owns it, on purpose: the stack that made it is no
   * more, or nobody did. Take it out again after the next update. Default false.
   */
  adopt?: boolean | undefined;
};
