/**
 * Keys of ours in what Pulumi keeps of a resource. Pulumi's displays leave out keys that begin with two underscores.
 */

/** What the program wanted last time: the `last` of the three-way comparison. */
export const lastInputsKey = "__inputs";
/** What an update wanted that failed on its way: the next one has to know what was begun. */
export const attemptedInputsKey = "__attempted";
/** The resource's URN, which a dynamic provider does not get; lines of progress are shown under it. */
export const urnKey = "__urn";
/** A resource's `customTimeouts`, which a dynamic provider does not get either. */
export const timeoutsKey = "__timeouts";
/** Paths of the arguments that are secret, which a dynamic provider does not get either (dynamic/whole-secrets.ts). */
export const secretPathsKey = "__secrets";
/** Which creation of the thing the state belongs to (handlers/owner.ts). */
export const ownerKey = "__owner";
/** `adopt: true` among a dynamic resource's arguments: what exists is taken over. */
export const adoptKey = "__adopt";
/** That a program left the name out: `check` looks for the name that the resource has, and takes this key away. */
export const unnamedKey = "__unnamed";
/** The serialized provider, Pulumi's own key. */
export const providerKey = "__provider";
