/** Finds the legal value that was most likely meant. */

/** Edits (insert, delete, replace, swap neighbours) between two words, without regard to letter case. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substitution, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The word nearest to what was written, or begun by it, or `undefined` if none is near enough. */
export function nearestWord(written: string, words: readonly string[]): string | undefined {
  const most = (word: string): number => Math.max(1, Math.floor(Math.max(word.length, written.length) / 3));
  const candidates = words
    // Each letter more or less is an edit: of most words their lengths alone say enough.
    .filter((word) => Math.abs(word.length - written.length) <= most(word))
    .map((word) => ({ word, edits: distance(written, word) }))
    .filter(({ word, edits }) => edits <= most(word))
    .sort((one, other) => one.edits - other.edits);
  const begun = (): string | undefined =>
    words.find((word) => written !== "" && word.toLowerCase().startsWith(written.toLowerCase()));
  return candidates[0]?.word ?? begun();
}

/** The number nearest to what was written; of two equally near ones the smaller. */
export function nearestNumber(written: number, numbers: readonly number[]): number | undefined {
  return [...numbers].sort(
    (one, other) => Math.abs(one - written) - Math.abs(other - written) || one - other,
  )[0];
}
