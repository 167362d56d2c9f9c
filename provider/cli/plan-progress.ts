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
      const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
      clear();
      for (const [subject, state] of shown) {
        write(`${`${subject.padEnd(24)} ${state}`.slice(0, width)}\n`);
        drawnLines += 1;
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
