/** A text as a literal of an expression. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
