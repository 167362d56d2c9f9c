/** What a test machine was asked after its start, as a report has it. */
import type { ReportCheck, ReportIsolation } from "../../drill-report/drill-report.ts";
import type { GuestEvidence, GuestProbe } from "../../model/guest-evidence.ts";
import type { IsolationEvidence } from "../../model/isolation-evidence.ts";

const kinds: Readonly<Record<GuestProbe["kind"], ReportCheck["kind"]>> = {
  console: "guest",
  agent: "guest",
  channel: "guest",
  check: "guest",
  tcp: "network",
  http: "network",
  script: "script",
  lastWrite: "guest",
};

export function isolationOf(isolation: IsolationEvidence): ReportIsolation {
  if (isolation.result === "notProven") return isolation;
  const { provenAt, ...rest } = isolation;
  return { ...rest, time: new Date(provenAt).toISOString() };
}

export function guestChecks(guest: GuestEvidence | undefined): ReportCheck[] {
  return (guest?.probes ?? []).map(({ kind, name, passedAt, afterSeconds, output }) => ({
    ...{ name, kind: kinds[kind], passed: true, output },
    time: new Date(passedAt).toISOString(),
    afterSeconds,
  }));
}
