import { defineConfig } from "vitest/config";

// Projects, because they differ in what they need: unit tests use the processor and share two workers; end-to-end tests wait
// for the real Pulumi CLI and its processes most of the time, so that more of them fit side by side; tests of machines boot
// guests in QEMU, and run by `npm run test:machines` only.
// A policy without a time zone has its office hours in the computer's: a seed, and a date on a virtual clock, are to mean the same
// everywhere.
process.env["TZ"] = "UTC";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/machines-live/**"],
          environment: "node",
          maxWorkers: 2,
          // A machine whose disk is busy with something else is slow, not wrong.
          testTimeout: 300_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 90_000 } },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          maxWorkers: 4,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: 90_000 } },
        },
      },
      {
        test: {
          name: "machines",
          include: ["test/machines-live/**/*.test.ts"],
          environment: "node",
          // A guest that is emulated keeps one processor busy.
          maxWorkers: 1,
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
