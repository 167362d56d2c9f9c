/** What the plugin's process is started with: by Pulumi's engine, or by hand. */

/** What the words ask for: help, the version, a service, or `refusal` with the sentence that says what is wrong. */
export type Asked =
  | { readonly asks: "help" | "version" }
  | { readonly asks: "service"; readonly address: string | undefined }
  | { readonly asks: "refusal"; readonly reason: string };

/** Options that Pulumi's engine hands to each plugin; nothing here is done with them. */
const ofEngine = /^(--?logtostderr|--?v=\d+|--?tracing=.*)$/;
/** Of these the value is the next word. */
const ofEngineWithValue = /^--?tracing$/;

/** Reads the words behind the name of the program. */
export function readCommandLine(words: readonly string[]): Asked {
  if (words.some((word) => word === "--help" || word === "-h")) return { asks: "help" };
  if (words.includes("--version")) return { asks: "version" };
  const own = words.filter(
    (word, at) =>
      !ofEngine.test(word) && !ofEngineWithValue.test(word) && !ofEngineWithValue.test(words[at - 1] ?? ""),
  );
  const unknown = own.find((word) => word.startsWith("-"));
  if (unknown !== undefined) return { asks: "refusal", reason: `there is no option ${unknown}` };
  const [address, second] = own;
  if (second !== undefined)
    return { asks: "refusal", reason: `takes the address of one Pulumi engine, not ${own.length}` };
  if (address?.trim() === "") return { asks: "refusal", reason: "the address of the Pulumi engine is empty" };
  return { asks: "service", address };
}
