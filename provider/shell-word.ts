/** A text as one word of a command line that people paste: plain where a shell takes it so, quoted elsewhere. */
export function shellWord(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
