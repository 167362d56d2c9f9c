/** Table `known_alerts`: what was wrong at the last look, so that people are told of each alert once. */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

export interface KnownAlert {
  readonly targetId: string;
  readonly code: string;
  readonly severity: "Warning" | "Critical";
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly raisedAt: number;
}

export function listKnownAlerts(store: Store): KnownAlert[] {
  const rows = store.prepare("SELECT * FROM known_alerts ORDER BY raised_at, target_key, code").all();
  return rows.map((row) => ({
    targetId: row["target_id"] as string,
    code: row["code"] as string,
    severity: row["severity"] as KnownAlert["severity"],
    text: row["text"] as string,
    raisedAt: row["raised_at"] as number,
  }));
}

/** Adds it, or keeps its newest severity and text. */
export function putKnownAlert(store: Store, alert: KnownAlert): void {
  const { targetId, code, severity, text, raisedAt } = alert;
  store
    .prepare(
      `INSERT INTO known_alerts (target_key, code, target_id, severity, text, raised_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET severity = excluded.severity, text = excluded.text`,
    )
    .run(idKey(targetId), code, targetId, severity, text, raisedAt);
}

export function deleteKnownAlert(
  store: Store,
  { targetId, code }: Pick<KnownAlert, "targetId" | "code">,
): void {
  store.prepare("DELETE FROM known_alerts WHERE target_key = ? AND code = ?").run(idKey(targetId), code);
}
