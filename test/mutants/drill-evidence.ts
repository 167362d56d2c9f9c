/** Evidence of a drill that is not what its vault's key has signed, and is not noticed. */
import { faultsIn, type Mutant } from "./mutant.ts";

const checked = ["test/drill-report/verify-report.test.ts"];
const kept = ["test/engine/drill/drill-reports.test.ts"];

export const drillEvidence: readonly Mutant[] = [
  ...faultsIn("provider/drill-report/verify-report.ts", checked, {
    "report-changed": [
      `if (signed === now) return [];`,
      `if (signed === now || signed !== undefined) return [];`,
      "a changed recovery time in a drill's report passes its check",
    ],
    "report-not-signed": [
      `if (!isSigned(report)) findings`,
      `if (!isSigned(report) && findings.length > 0) findings`,
      "a drill's report that nobody has signed passes its check",
    ],
    "report-of-another-key": [
      `if (publicKey !== undefined && publicKey !== report.seal.publicKey) {`,
      `if (publicKey === "") {`,
      "a drill's report that another key has signed passes its check",
    ],
    "report-missing": [
      `if (here.length === 0) findings`,
      `if (here.length < 0) findings`,
      "the report of a drill that failed is taken out of the chain, and the check passes",
    ],
    "report-replaced": [
      `if (!fits && (sequence === 1 || before.length > 0))`,
      `if (!fits && sequence === 1)`,
      "a drill's report is replaced after others followed it, and the check passes",
    ],
  }),
  ...faultsIn("provider/engine/drill/drill-reports.ts", kept, {
    "report-twice": [
      `return finished.filter(({ facts }) => !facts.jobIds.every((id) => reported.has(id)));`,
      `return finished.filter(({ facts }) => !facts.jobIds.every((id) => reported.has(\`\${id}!\`)));`,
      "one drill is reported as several",
    ],
    "report-without-chain": [
      `previousSha256: before === undefined ? null : digestOf(before),`,
      `previousSha256: null,`,
      "a report that is taken away leaves no trace",
    ],
  }),
  ...faultsIn("provider/engine/upkeep/signing-key.ts", ["test/power-loss/killed-before.test.ts"], {
    "signing-key-there": [
      `makeNameDurable(files, file);\n    return key;`,
      `return key;`,
      "after a power cut reports are signed with another key",
    ],
  }),
];
