import prettier from "prettier";

/** A file's text as the project formats it. */
export async function formatted(file: string, text: string): Promise<string> {
  const settings = await prettier.resolveConfig(file);
  return prettier.format(text, { ...settings, filepath: file });
}
