/** Options and commands that had another name in an earlier version. Scripts that use it run as before, with a note. */

interface FormerSpelling {
  /** The words of a command that come before, if the spelling means something else elsewhere. */
  readonly after?: string;
  readonly now: readonly string[];
}

const formerSpellings: Readonly<Record<string, FormerSpelling>> = {
  "--planned": { now: ["--kind", "planned"] },
  "--unplanned": { now: ["--kind", "unplanned"] },
  "--point": { now: ["--recovery-point"] },
  cleanup: { after: "plan", now: ["clean-up"] },
  "clean-up-test-failover": { now: ["clean-up"] },
};

/** A command line in today's spelling, and a note for each word that had another one. */
export interface Respelled {
  readonly words: readonly string[];
  readonly notes: readonly string[];
}

/** Translates the words after `siterecovery`. What comes after `--` stays. */
export function inTodaysSpelling(words: readonly string[]): Respelled {
  const end = words.indexOf("--");
  const until = end < 0 ? words.length : end;
  const notes: string[] = [];
  const today = words.slice(0, until).flatMap((word, index) => {
    const [name = word, ...value] = word.startsWith("--") ? word.split("=") : [word];
    const former = Object.hasOwn(formerSpellings, name) ? formerSpellings[name] : undefined;
    if (former === undefined || (former.after !== undefined && words[index - 1] !== former.after))
      return [word];
    notes.push(`note: ${name} is called ${former.now.join(" ")} now`);
    return [...former.now, ...(value.length > 0 ? [value.join("=")] : [])];
  });
  return { words: [...today, ...words.slice(until)], notes };
}
