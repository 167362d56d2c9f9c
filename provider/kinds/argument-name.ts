/** What Azure wraps around arguments, which definitions have without it. */
const wrappers =
  /^properties\.(?:(?:providerSpecificInput|providerSpecificDetails|customDetails|fabricSpecificDetails)\.)?/;

/** The name of an argument in sentences, as programs and definitions both have it: `replicationInterval`, without the wrappers. */
export function argumentName(path: string): string {
  return path.replace(wrappers, "");
}
