/** Writes a report for each drill that has ended, into the home, numbered and chained by vault. */
import { createPublicKey } from "node:crypto";
import path from "node:path";
import { idKey, nameOf, sameId } from "../../arm-id.ts";
import { makeFolderDurably, writeAtomically } from "../../blocks/file-system.ts";
import type { DrillReport } from "../../drill-report/drill-report.ts";
import { reportPage } from "../../drill-report/report-page.ts";
import { digestOf, sealReport } from "../../drill-report/seal-report.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { underLease } from "../lease/under-lease.ts";
import { type FinishedDrill, finishedDrills } from "./finished-drills.ts";
import { signingKeyOf } from "../upkeep/signing-key.ts";

/** A report and where it is. */
export interface KeptReport {
  readonly report: DrillReport;
  readonly file: string;
}

export class DrillReports {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /**
   * Writes the reports that are missing, and returns them. Throws `Busy` while another process does, and what keeps them from
   * being written; the next call writes them then.
   */
  async write(): Promise<KeptReport[]> {
    const written: KeptReport[] = [];
    for (const vaultId of this.#vaultIds()) {
      if (this.#missing(vaultId).length === 0) continue;
      await underLease(this.#parts, `${vaultId}/drillReports`, "drill report", () => {
        // Looked at again: another process may have written some.
        for (const drill of this.#missing(vaultId)) written.push(this.#append(drill));
        return Promise.resolve();
      });
    }
    return written;
  }

  /** The same where a drill has ended: that stays so if its report cannot be written now. `tell` is told why. */
  async writeIfPossible(tell: (line: string) => void): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      if (!isExpected(error)) throw error;
      tell(`its report is not written yet: ${error.message} \`siterecovery drill report\` writes it.`);
    }
  }

  /** All reports of all vaults, oldest first. Throws `Damaged` for one that cannot be read. */
  list(): KeptReport[] {
    return this.#vaultIds().flatMap((vaultId) => this.#ofVault(vaultId));
  }

  /** The newest report, or the newest of a drill, machine or plan of that name. Throws `NotFound`. */
  newest(name?: string): KeptReport {
    const all = this.list();
    const wanted = name?.toLowerCase();
    const found = all
      .filter(({ report: { drill, machines } }) => {
        const names = [drill.name, nameOf(drill.subjectId), ...machines.map((machine) => machine.name)];
        return wanted === undefined || names.some((one) => one.toLowerCase() === wanted);
      })
      .toSorted((one, other) => (one.report.endTime < other.report.endTime ? -1 : 1))
      .at(-1);
    if (found) return found;
    const known = [...new Set(all.map(({ report }) => report.drill.name))].join(", ") || "none";
    const message =
      name === undefined
        ? said`There is no report yet: no drill has ended. A drill ends with \`siterecovery clean-up <machine>\`.`
        : said`There is no report of "${name}". There are reports of: ${known}.`;
    throw new SiteRecoveryError("NotFound", message);
  }

  /** The public keys of all vaults that have reports or declare something, as PEM. Makes keys that are missing. */
  publicKeys(): { readonly vaultId: string; readonly pem: string }[] {
    const { files, home } = this.#parts;
    return this.#vaultIds().map((vaultId) => {
      const key = createPublicKey(signingKeyOf(files, home, vaultId));
      return { vaultId, pem: key.export({ type: "spki", format: "pem" }).toString() };
    });
  }

  #vaultIds(): string[] {
    const declared = listThings(this.#parts.store, { kind: "vault" }).map(({ id }) => id);
    const drilled = finishedDrills(this.#parts).map(({ vaultId }) => vaultId);
    // Ids are one whatever their case.
    return [...new Map([...drilled, ...declared].map((id) => [idKey(id), id])).values()];
  }

  #missing(vaultId: string): FinishedDrill[] {
    const finished = finishedDrills(this.#parts).filter((drill) => sameId(drill.vaultId, vaultId));
    if (finished.length === 0) return [];
    const reported = new Set(this.#ofVault(vaultId).flatMap(({ report }) => report.jobIds));
    return finished.filter(({ facts }) => !facts.jobIds.every((id) => reported.has(id)));
  }

  #ofVault(vaultId: string): KeptReport[] {
    const { files, home } = this.#parts;
    const folder = home.drillReportsFolderOf(vaultId);
    return files
      .list(folder)
      .filter((name) => /^\d{6}-.*\.json$/.test(name))
      .map((name) => {
        const file = path.join(folder, name);
        try {
          return { file, report: JSON.parse(readWholeFile(files, file).toString("utf8")) as DrillReport };
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          const message = said`The drill report ${file} cannot be read. Put a copy of it back, or move it away.`;
          throw new SiteRecoveryError("Damaged", message, { target: file });
        }
      });
  }

  #append({ vaultId, facts }: FinishedDrill): KeptReport {
    const { files, home, engineId } = this.#parts;
    const before = this.#ofVault(vaultId).at(-1)?.report;
    const sequence = (before?.sequence ?? 0) + 1;
    const report = sealReport(
      {
        format: "siterecovery-drill-report",
        version: 1,
        vaultId,
        engineId,
        sequence,
        previousSha256: before === undefined ? null : digestOf(before),
        ...facts,
      },
      signingKeyOf(files, home, vaultId),
    );
    const folder = home.drillReportsFolderOf(vaultId);
    makeFolderDurably(files, folder);
    const name = path.join(folder, `${String(sequence).padStart(6, "0")}-${facts.drill.name}`);
    // The page is made of the report: what is there of it without one is replaced.
    writeAtomically(files, `${name}.html`, Buffer.from(reportPage(report)));
    writeAtomically(files, `${name}.json`, Buffer.from(`${JSON.stringify(report, undefined, 2)}\n`));
    return { report, file: `${name}.json` };
  }
}
