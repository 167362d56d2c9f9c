/**
 * A run of a plan while it goes on, on stderr: on a terminal a table of what each machine is at, drawn anew with each
 * change; elsewhere a line for each step, without the percentages.
 */
import type { Progress } from "../engine/engine.ts";

function atTerminal(write: (text: string) => void): Progress & { end(): void } {
  const shown = new Map<string, string>();
  let drawnLines = 0;
  const clear = (): void => {
    if (drawnLines > 0) write(`\u001b[${drawnLines}A\u001b[J`);
    drawnLines = 0;
  };
  return {
    report: (line) => {
      const [group = "", name, ...text] = line.split(": ");
      if (name === undefined || text.length === 0) shown.set(line, "");
      else shown.set(`${group}: ${name}`, text.join(": "));
      clear();
      // A terminal without a width, such as one of a script, is taken for a usual one.
      const width = process.stderr.columns || 80;
      // What does not fit on the screen could not be drawn over: the last subjects are shown.
      const height = Math.max(1, (process.stderr.rows || 24) - 2);
      for (const [subject, state] of [...shown].slice(-height)) {
        const text = `${subject.padEnd(24)} ${state}`.trimEnd();
        write(`${text}\n`);
        drawnLines += Math.max(1, Math.ceil(text.length / width));
      }
    },
    end: clear,
  };
}

function inLog(write: (text: string) => void): Progress & { end(): void } {
  return {
    report: (line) => {
      if (!/\d %/.test(line)) write(`${line}\n`);
    },
    end: () => undefined,
  };
}

export function planProgress(): Progress & { end(): void } {
  const write = (text: string): void => void process.stderr.write(text);
  return process.stderr.isTTY ? atTerminal(write) : inLog(write);
}
