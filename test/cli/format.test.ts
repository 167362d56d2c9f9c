import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIndented, formatSentence, formatTable } from "../../provider/cli/format.ts";
import { stateFacts } from "../../provider/model/states.ts";

const word = fc.stringMatching(/^[a-z0-9.-]{1,14}$/);
const text = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(" "));
const wordsOf = (texts: readonly string[]): string[] =>
  texts
    .flatMap((one) => one.split(/\s+/))
    .filter(Boolean)
    .toSorted();

/** A table without its colours, which are there or not as the environment says. */
const tableOf: typeof formatTable = (...of) => stripVTControlCharacters(formatTable(...of));

describe("a table on a terminal", () => {
  it("never breaks a word, and is as wide as the terminal where its words allow that", () => {
    const table = fc
      .integer({ min: 1, max: 6 })
      .chain((columns) =>
        fc.array(fc.array(text, { minLength: columns, maxLength: columns }), { minLength: 2, maxLength: 5 }),
      );
    fc.assert(
      fc.property(table, fc.integer({ min: 30, max: 120 }), ([head, ...rows], most) => {
        const shown = tableOf(head!, rows, most);
        expect(wordsOf([shown])).toEqual(wordsOf([...head!, ...rows.flat()]));
        const least = head!.reduce((sum, _title, column) => {
          const words = [head!, ...rows].flatMap((row) => row[column]!.split(" "));
          return sum + Math.max(...words.map((one) => one.length)) + 2;
        }, -2);
        for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(Math.max(most, least));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every state of a machine in a row of 80 characters, with its times and sizes unbroken", () => {
    const head = ["MACHINE", "STATE", "RUNS AT", "LAST RECOVERY POINT", "RPO", "POINTS", "TO SEND"];
    const time = "2026-11-29 00:48:05Z";
    const rows = Object.values(stateFacts).map(({ description }) => [
      "web1",
      `${description}, test failover running`,
      "recovery",
      time,
      "15 min",
      "288",
      "16.5 MiB",
    ]);
    const lines = tableOf(head, rows, 80).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const whole = lines.filter(
      (line) => line.includes(time) && line.includes("15 min") && line.includes("16.5 MiB"),
    );
    expect(whole).toHaveLength(rows.length);
  });
});

describe("a sentence on a terminal", () => {
  it("keeps the indentation of a line that is broken", () => {
    const line = "  3. make web1 at the recovery side";
    expect(formatIndented(line, 20)).toBe("  3. make web1 at\n  the recovery side");
    expect(formatIndented(line, Infinity)).toBe(line);
    expect(formatIndented("web1: planned failover", 80)).toBe("web1: planned failover");
  });

  it("is broken between words only, and elsewhere not at all", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 14, max: 100 }), (sentence, most) => {
        const shown = formatSentence(sentence, most);
        expect(shown.split("\n").join(" ")).toBe(sentence);
        for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(most);
        expect(formatSentence(sentence, Infinity)).toBe(sentence);
      }),
    );
  });
});
