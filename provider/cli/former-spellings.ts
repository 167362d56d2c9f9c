/** What options and commands are called now that had another name before. */
const newSpellings: Readonly<Record<string, string>> = {
  "--planned": "--kind planned",
  "--unplanned": "--kind unplanned",
  "--point": "--recovery-point <point>",
  cleanup: "clean-up",
  "clean-up-test-failover": "clean-up",
};

/** The message of a usage error, with the new name of an option or command that was renamed. */
export function withNewSpelling(message: string): string {
  const [line, written] = /^.*unknown (?:option|command) '([^']+)'/.exec(message) ?? [];
  const now = written === undefined ? undefined : newSpellings[written];
  return now === undefined ? message : `${line}; it is called \`${now}\` now`;
}
