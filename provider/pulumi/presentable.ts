import type { CheckFailure } from "../handlers/handler.ts";
import { schemaOf } from "../handlers/check-schema.ts";
import type { KindName } from "../kinds/kind.ts";
import type { JsonSchema } from "../schemas/json-schema.ts";
import { publicPath } from "./public-path.ts";
import type { Properties } from "./resource-state.ts";
import type { SecretValues } from "./secret-values.ts";

/**
 * What is wrong, as Pulumi gets it: without what is secret. Pulumi shows the value of the property that is named,
 * and for a path it shows `<nil>`: paths and secret properties go into the sentence instead.
 */
export function presentable(
  { property, said }: CheckFailure,
  { kind, news, secrets }: { kind: KindName; news: Properties; secrets: SecretValues },
): { property: string; reason: string } {
  const reason = secrets.shown(said);
  if (property === "" || (property in news && !secrets.touches(property))) return { property, reason };
  const path = publicPath(property, schemaOf(kind) as JsonSchema, secrets);
  return { property: "", reason: `${path}: ${reason}` };
}
