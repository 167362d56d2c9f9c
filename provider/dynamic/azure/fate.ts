/** What becomes of a declaration in Azure. */
import type { CustomResource } from "@pulumi/pulumi";
import type { Declared } from "./refused.ts";

type Args = Readonly<Record<string, unknown>>;

/** Made in Azure, by a class of azure-native. */
export interface Created {
  readonly is: "created";
  /** The class's file and name in azure-native. */
  readonly file: string;
  readonly className: string;
  /** Arguments of the engine's alone, which Azure finds out by itself; they are left out. */
  readonly leftOut: readonly string[];
  /** Wishes that Azure has no way to express, each with the reason and what to do instead. */
  readonly refused: Readonly<Record<string, string>>;
  /** The rest as azure-native wants it. Throws what Azure cannot do. */
  readonly adapt?: (args: Args, declared: Declared) => Args;
  /** Told of what was made. */
  readonly onMade?: (args: Args, made: CustomResource) => void;
  /** Whether this one comes to be by a registration, and is known by its name. */
  readonly isFound?: (args: Args) => boolean;
}

/**
 * Comes to be by a registration or a discovery, and is known by its name. It is not read: in a vault that is made in the
 * same run there is nothing yet.
 */
export interface Found {
  readonly is: "found";
  readonly why: string;
}

/** An action or a setting that Azure has no resource for. */
export interface Refused {
  readonly is: "refused";
  readonly why: string;
}

export type Fate = Created | Found | Refused;

/**
 * A created kind. The compiler holds what is declared, less what is left out or refused, against azure-native's own
 * arguments: `Rest` are those of ours, `Theirs` those of the class.
 */
export function created<Rest extends Theirs, Theirs>(
  file: string,
  className: string,
  rest: Partial<Pick<Created, "leftOut" | "refused" | "isFound" | "onMade">> & {
    adapt?: (args: Rest, declared: Declared) => Theirs;
  } = {},
): Created {
  const { leftOut = [], refused = {}, adapt, isFound, onMade } = rest;
  return {
    is: "created",
    file,
    className,
    leftOut,
    refused,
    ...(isFound ? { isFound } : {}),
    ...(onMade ? { onMade } : {}),
    ...(adapt ? { adapt: (args, declared) => adapt(args as Rest, declared) as Args } : {}),
  };
}
