/** The reports of drills as policies take them: those that verify, and those that do not count. */
import type { DrillReport } from "../drill-report/drill-report.ts";
import { publicKeyIn, readReports } from "../drill-report/read-reports.ts";
import { verifyReport } from "../drill-report/verify-report.ts";

/** A file that is meant to be a report and does not count as one. */
export interface NoEvidence {
  readonly file: string;
  readonly why: string;
  /** What it says that it is of; `undefined` if it cannot be read. */
  readonly report?: DrillReport;
}

export interface DrillEvidence {
  readonly reports: readonly DrillReport[];
  readonly rejected: readonly NoEvidence[];
}

/** Reads the reports below a folder. Paths are absolute. `publicKeys`: files as `siterecovery drill key` prints them. */
export type ReadEvidence = (folder: string, publicKeys: readonly string[]) => DrillEvidence;

/** What is wrong with a report, or `undefined` if it counts: it is as it was signed, by one of the keys if there are any. */
function problemOf(report: DrillReport, keys: readonly string[]): string | undefined {
  const key = keys.find((one) => one === report.seal.publicKey) ?? keys[0];
  return verifyReport(report, key)[0];
}

export const readEvidence: ReadEvidence = (folder, publicKeys) => {
  const keys = publicKeys.map(publicKeyIn);
  const reports: DrillReport[] = [];
  const rejected: NoEvidence[] = [];
  for (const found of readReports(folder)) {
    const { file } = found;
    if ("problem" in found) {
      rejected.push({ file, why: found.problem });
      continue;
    }
    const { report } = found;
    const why = problemOf(report, keys);
    if (why === undefined) reports.push(report);
    else rejected.push({ file, why, report });
  }
  return { reports, rejected };
};
