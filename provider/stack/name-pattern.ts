/** Patterns of names: `*` matches any text and `?` one character, without regard to letter case. */

export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * By hand, and not as a regular expression, which `*a*a*a*a` keeps busy for hours: on a mismatch only the last `*`
 * takes one character more, so the work is bounded by the product of both lengths.
 */
function isMatch(pattern: string, name: string): boolean {
  let [at, place, star, retry] = [0, 0, -1, 0];
  while (place < name.length) {
    if (pattern[at] === "*") {
      star = at;
      at += 1;
      retry = place;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[place])) {
      at += 1;
      place += 1;
    } else if (star !== -1) {
      at = star + 1;
      retry += 1;
      place = retry;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

export function matcherOf(pattern: string): (name: string) => boolean {
  const wanted = pattern.toLowerCase();
  return (name) => isMatch(wanted, name.toLowerCase());
}
