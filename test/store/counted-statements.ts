/** What work asks of SQLite, counted at the driver: whoever opened the store, and whichever way it was called. */
import { DatabaseSync, StatementSync } from "node:sqlite";
import { vi } from "vitest";

export interface Counted {
  /** Statements that read, in order, within transactions and outside of them. */
  readonly reads: readonly string[];
  /** Transactions that were committed. */
  readonly writeTransactions: number;
}

/** Runs the work and returns what was asked of any store meanwhile. */
export async function countStatements(work: () => Promise<unknown>): Promise<Counted> {
  const reads: string[] = [];
  let writeTransactions = 0;
  const note = (sql: string): void => {
    const text = sql.trim().replace(/\s+/g, " ");
    if (/^(SELECT|WITH|PRAGMA data_version)/i.test(text)) reads.push(text);
    if (/^COMMIT/i.test(text)) writeTransactions += 1;
  };
  const spies = (["get", "all", "run", "iterate"] as const).map((method) => {
    const real = StatementSync.prototype[method] as (...values: unknown[]) => never;
    return vi.spyOn(StatementSync.prototype, method).mockImplementation(function (
      this: StatementSync,
      ...values: unknown[]
    ) {
      note(this.sourceSQL);
      return real.apply(this, values);
    });
  });
  const exec = DatabaseSync.prototype.exec;
  const execSpy = vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (
    this: DatabaseSync,
    sql: string,
  ) {
    note(sql);
    exec.call(this, sql);
  });
  try {
    await work();
  } finally {
    for (const spy of [...spies, execSpy]) spy.mockRestore();
  }
  return { reads, writeTransactions };
}
