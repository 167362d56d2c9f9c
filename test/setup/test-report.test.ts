import { describe, expect, test } from "vitest";
import {
  countTests,
  failuresOf,
  filesToTryAgain,
  formatReport,
  total,
  withSecondTry,
} from "../../setup/test-report.mjs";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe("counting what vitest did", () => {
  test("every test counts once, and everything that is neither passed nor failed is skipped", () => {
    const report = {
      testResults: [file("failed", "passed", "failed"), file("passed", "passed", "pending", "todo")],
    };
    expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test("a file that cannot be loaded is a failed test", () => {
    expect(countTests({ testResults: [file("failed")] }, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("a bad exit code without any failed test is a failed test", () => {
    expect(countTests({ testResults: [file("passed", "passed")] }, 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
    expect(countTests(undefined, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("no tests are no success", () => {
    expect(countTests({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe("saying what failed", () => {
  test("names the file, the test and the first line of its message", () => {
    const report = {
      testResults: [
        {
          name: "test/a.test.ts",
          status: "failed",
          assertionResults: [
            { status: "passed", fullName: "a holds" },
            {
              status: "failed",
              fullName: "a is kept",
              failureMessages: ["expected 1 to be 2\n    at a.test.ts"],
            },
          ],
        },
        { name: "test/b.test.ts", status: "failed", message: "Cannot find b", assertionResults: [] },
      ],
    };
    expect(failuresOf(report, 1)).toEqual([
      "test/a.test.ts: a is kept: expected 1 to be 2",
      "test/b.test.ts: not loaded: Cannot find b",
    ]);
  });

  test("an error outside every test is named too", () => {
    const report = { testResults: [{ name: "test/a.test.ts", status: "passed", assertionResults: [] }] };
    expect(failuresOf(report, 1)).toEqual(['no test failed, but vitest ended with 1: see "Unhandled" above']);
    expect(failuresOf(report, 0)).toEqual([]);
  });
});

describe("a second try", () => {
  const results = (...files: [name: string, status: string][]) => ({
    testResults: files.map(([name, status]) => ({ ...file(status, status), name })),
  });
  const first = results(["a", "passed"], ["b", "failed"]);

  test("is given to files that failed, unless many did", () => {
    expect(filesToTryAgain(first)).toEqual(["b"]);
    const many = ["a", "b", "c", "d"].map((name): [string, string] => [name, "failed"]);
    expect(filesToTryAgain(results(...many))).toEqual([]);
    expect(filesToTryAgain(undefined)).toEqual([]);
  });

  test("counts instead of the first, whatever it brings", () => {
    const passed = withSecondTry(first, results(["b", "passed"]));
    expect(countTests(passed, 0)).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(countTests(withSecondTry(first, results(["b", "failed"])), 1).failed).toBe(1);
    // A second try that ended without results says nothing of the first.
    expect(countTests(withSecondTry(first, undefined), 137).failed).toBe(1);
  });

  test("is told, with what had failed", () => {
    const row = { name: "unit", passed: 2, failed: 0, skipped: 0, seconds: 1, unsteady: ["b: timed out"] };
    expect(formatReport([row]).split("\n").slice(1, 3)).toEqual([
      "Passed at the second try only; at the first:",
      "  unit  b: timed out",
    ]);
  });
});

describe("the report", () => {
  const rows = [
    { name: "types", passed: 1, failed: 0, skipped: 0, seconds: 7.25 },
    { name: "unit", passed: 120, failed: 2, skipped: 0, seconds: 65 },
  ];

  test("has one row per step and the sum alone on its last line", () => {
    expect(formatReport(rows).split("\n").slice(1)).toEqual([
      "step   passed  failed  skipped          time",
      "--------------------------------------------",
      "types       1       0        0         7.3 s",
      "unit      120       2        0    1 min 05 s",
      "",
      "121 passed, 2 failed",
    ]);
  });

  test("says what failed before the table", () => {
    const failed = {
      name: "e2e",
      passed: 0,
      failed: 1,
      skipped: 0,
      seconds: 1,
      failures: ["a.test.ts: a is kept"],
    };
    expect(formatReport([failed]).split("\n").slice(0, 3)).toEqual([
      "",
      "Failed:",
      "  e2e  a.test.ts: a is kept",
    ]);
  });

  test("names skipped tests only when there are any", () => {
    const withSkipped = [...rows, { name: "e2e", passed: 1, failed: 0, skipped: 3, seconds: 1 }];
    expect(formatReport(withSkipped).split("\n").at(-1)).toBe("122 passed, 2 failed, 3 skipped");
    expect(total(withSkipped)).toEqual({ passed: 122, failed: 2, skipped: 3 });
  });
});
