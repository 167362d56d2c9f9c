/** Reports for tests: facts that a drill may have had, and chains of them. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { DrillFacts, DrillReport } from "../../provider/drill-report/drill-report.ts";
import { digestOf, sealReport } from "../../provider/drill-report/seal-report.ts";

export const newKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

export function factsOf(sequence = 1, previousSha256: string | null = null): DrillFacts {
  const itemId =
    "/subscriptions/s/resourceGroups/dr/providers/Microsoft.RecoveryServices/vaults/v/items/web1";
  return {
    format: "siterecovery-drill-report",
    version: 1,
    vaultId: "/subscriptions/s/resourceGroups/dr/providers/Microsoft.RecoveryServices/vaults/v",
    engineId: "7c1e6d1e-0000-4000-8000-000000000000",
    sequence,
    previousSha256,
    drill: {
      name: "quarterly <drill> é",
      kind: "machine",
      subjectId: itemId,
      networkId: "/networks/drill-net",
    },
    result: "Succeeded",
    startTime: "2026-01-01T12:00:00.000Z",
    endTime: "2026-01-01T12:10:00.000Z",
    measuredRpoSeconds: 90.5,
    measuredRtoSeconds: 600,
    machines: [
      {
        name: "web1",
        itemId,
        testMachineName: "web1-test",
        recoveryPoint: {
          id: "p1",
          time: "2026-01-01T11:59:29.500Z",
          kind: "AppConsistent",
          ageSeconds: 30.5,
        },
        measuredRpoSeconds: 90.5,
        measuredRpoFrom: "guest",
        guestLastWriteTime: "2026-01-01T11:58:29.500Z",
        rpoThresholdSeconds: 900,
        measuredRtoSeconds: 600,
        checks: [
          { name: "disk os", kind: "checksum", passed: true, output: "65536 bytes, SHA-256 ab" },
          {
            ...{ name: "GET :80/", kind: "network", passed: true, output: "status 200" },
            ...{ time: "2026-01-01T12:09:00.000Z", afterSeconds: 41.5 },
          },
          {
            name: "smoke",
            kind: "script",
            passed: false,
            output: "exit code 1\n<script>alert(1)</script> & more",
          },
        ],
        screenPng: "iVBORw0KGgo=",
        isolation: {
          ...{ result: "proven", time: "2026-01-01T12:09:02.000Z" },
          ...{ control: "reached by <TCP>", found: "refused the connection" },
        },
        console: ["login:", ""],
      },
    ],
    timeline: [
      {
        name: "web1: RecoveryPoint",
        state: "Succeeded",
        startTime: "2026-01-01T12:00:00.000Z",
        endTime: "2026-01-01T12:01:00.000Z",
      },
      {
        name: "web1: Start",
        state: "Failed",
        startTime: "2026-01-01T12:01:00.000Z",
        endTime: "2026-01-01T12:10:00.000Z",
      },
    ],
    cleanedUp: [{ machine: "web1", folder: null }],
    jobIds: [`job-${sequence}`],
  };
}

/** The reports of one vault, from the first on. */
export function chainOf(length: number, key: KeyObject): DrillReport[] {
  const chain: DrillReport[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const before = chain.at(-1);
    chain.push(sealReport(factsOf(sequence, before ? digestOf(before) : null), key));
  }
  return chain;
}
