import { nameOf } from "../../arm-id.ts";
import type { HealthCheck } from "./health-note.ts";

/** The source may still run beside the machine at the recovery side. */
export const sourceNotes: HealthCheck = ({ item }) => {
  if (!item.details.isSourceUnfenced || item.activeLocation !== "recovery") return [];
  const text =
    "its source was not seen off and may still run; the next action on it that finds it shuts it down. If it is " +
    `off for good, run \`siterecovery confirm-source-off ${nameOf(item.id)}\``;
  return [{ severity: "Warning", code: "SourceUnfenced", text }];
};
