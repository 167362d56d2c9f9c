/** What plans, clusters and migrations of a definition may say beside their machines, at random. */
import fc from "fast-check";
import type { StackStep } from "../../provider/stack/stack-plan.ts";

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,8}[A-Za-z0-9]$/);
const occasions = fc.uniqueArray(fc.constantFrom("planned", "unplanned", "test", "failback"), {
  minLength: 1,
});
const step: fc.Arbitrary<StackStep> = fc
  .tuple(
    fc.oneof(
      fc.record({ manual: word }),
      // An absolute path is not looked for in the definition's folder; this file is there for sure.
      fc.record(
        {
          script: fc.constant(import.meta.filename),
          at: fc.constantFrom("primary", "recovery"),
          timeout: fc.constantFrom("PT5M", "90"),
        },
        { requiredKeys: ["script"] },
      ),
    ),
    fc.record({ name: word, on: occasions }, { requiredKeys: [] }),
  )
  .map(([what, more]) => ({ ...what, ...more }));
export const stepsAround = fc.record(
  { before: fc.array(step, { maxLength: 2 }), after: fc.array(step, { maxLength: 2 }) },
  { requiredKeys: [] },
);
export const planSettings = fc.record(
  {
    shutdown: stepsAround,
    move: stepsAround,
    failover: fc.record({ commit: fc.constantFrom("automatic", "manual") }),
  },
  { requiredKeys: [] },
);

export const clusterSettings = fc.record(
  {
    type: fc.constant("WindowsServerFailoverCluster"),
    fqdn: fc.constant("sql.example.org"),
    nodes: fc.constant(["sql1.example.org"]),
    failover: fc.record({ commit: fc.constantFrom("automatic", "manual") }),
  },
  { requiredKeys: [] },
);

export const migrationSettings = fc.record(
  {
    targetName: word,
    size: fc.constant("Standard_D2s_v5"),
    migrated: fc.constant(false),
    shutDownSource: fc.boolean(),
  },
  { requiredKeys: [] },
);
