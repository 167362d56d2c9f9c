/** What a test machine was asked after its start, as a report has it. */
import type { ReportCheck } from "../../drill-report/drill-report.ts";
import type { GuestEvidence, GuestProbe } from "../../model/guest-evidence.ts";

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

export function guestChecks(guest: GuestEvidence | undefined): ReportCheck[] {
  return (guest?.probes ?? []).map(({ kind, name, passedAt, afterSeconds, output }) => ({
    ...{ name, kind: kinds[kind], passed: true, output },
    time: new Date(passedAt).toISOString(),
    afterSeconds,
  }));
}
