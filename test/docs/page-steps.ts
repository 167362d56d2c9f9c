/**
 * What a page asks its reader to do: files to write and commands to type, with what they print. Fenced blocks of the
 * language `console` have commands behind `$ `; a block whose info ends with a name in brackets is a file.
 */

export interface FileStep {
  readonly file: string;
  readonly text: string;
}

export interface CommandStep {
  readonly command: string;
  /** What the page shows below it; `undefined` for commands that readers do not see. */
  readonly output?: string;
  /** The exit code, 0 unless the info says `exit=1`. */
  readonly exitCode: number;
  /** Ends the command by Ctrl-C after that many seconds: `stop=3`. */
  readonly stopSeconds?: number;
  /** Position of the output in the page. */
  readonly outputAt: number;
}

export type Step = FileStep | CommandStep;

const block = /^(?:```(\S+)(?: ([^\n]*))?\n([\s\S]*?)^```$|<!-- run\n([\s\S]*?)-->$)/gm;

function numberIn(info: string, key: string): number | undefined {
  const found = new RegExp(`\\b${key}=(\\d+)`).exec(info)?.[1];
  return found === undefined ? undefined : Number(found);
}

function consoleSteps(body: string, at: number, info: string): CommandStep[] {
  const steps: CommandStep[] = [];
  const stopSeconds = numberIn(info, "stop");
  for (const found of body.matchAll(/^\$ ((?:[^\n]*\\\n)*[^\n]*)\n((?:(?!\$ )[^\n]*\n)*)/gm)) {
    const [whole, command, output] = found;
    steps.push({
      command: command!,
      output: output!,
      exitCode: numberIn(info, "exit") ?? 0,
      ...(stopSeconds === undefined ? {} : { stopSeconds }),
      outputAt: at + found.index + whole.length - output!.length,
    });
  }
  return steps;
}

/** The steps of a page in their order. Throws for a console block without a command. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(block)].flatMap((found): Step[] => {
    const [whole, language, info = "", body, hidden] = found;
    if (hidden !== undefined) return [{ command: hidden, exitCode: 0, outputAt: -1 }];
    const file = /\[([^\]]+)\]/.exec(info)?.[1];
    if (file !== undefined) return [{ file, text: body! }];
    if (language !== "console") return [];
    const steps = consoleSteps(body!, found.index + whole.indexOf("\n") + 1, info);
    if (steps.length === 0) throw new Error(`A console block has no command:\n${whole}`);
    return steps;
  });
}

const placeholders: readonly (readonly [RegExp, string])[] = [
  [/\bkey [0-9a-f]{4}(?: [0-9a-f]{4}){7}/g, "key <fingerprint>"],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>"],
  [/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>"],
  // A time in a URL.
  [/\b\d{8}t\d{6}z\b/g, "<time>"],
  // A time that a narrow table has broken.
  [/\b\d{4}-\d\d-\d\d\b/g, "<date>"],
  [/\b\d\d:\d\d:\d\dZ/g, "<time>"],
  [/\b\d+(?:\.\d+)? (?:ms|s|min|h|d)\b/g, "<duration>"],
  [/\(\d+(?:\.\d+)?s\)|\b\d+s\b/g, "<duration>"],
  [/\b\d+(?:\.\d+)? (?:B|bytes|KiB|MiB|GiB)(?![\w/])/g, "<size>"],
  // Of a server that takes whichever port is free.
  [/\b127\.0\.0\.1:\d+/g, "<address>"],
  [/[ \t]+/g, " "],
];

/** A text without what differs from run to run: times, ids, durations, sizes, widths of columns. */
export function withoutChance(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return placeholders
    .reduce((rest, [found, word]) => rest.replaceAll(found, word), lines.join("\n"))
    .trimEnd();
}

/** Whether a command printed what the page shows; a line `…` in the page stands for any lines. */
export function isShown(shown: string, printed: string): boolean {
  const parts = withoutChance(shown)
    .split(/^…$/m)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[\\s\\S]*?")}$`).test(withoutChance(printed));
}
