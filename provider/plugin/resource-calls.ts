/** What every call about a resource has: which one, of what kind, and for how long it may take. */
import { SiteRecoveryError } from "../errors.ts";
import { schemaOf } from "../handlers/check-schema.ts";
import type { Kind } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { tokenOf } from "../package-schema/package-schema.ts";
import type { JsonSchema } from "../schemas/json-schema.ts";
import { nameOfUrn } from "../urn.ts";
import { said } from "../message.ts";

export interface ResourceName {
  readonly kind: Kind;
  readonly urn: string;
  /** The logical name in the program. */
  readonly name: string;
  /** What its arguments may be. */
  readonly schema: JsonSchema;
}

const kindOfToken = new Map(Object.values(kinds).map((kind) => [tokenOf(kind), kind]));

/** The resource that a URN names: `urn:pulumi:stack::project::parent$siterecovery:index:Vault::name`. */
export function resourceOf(urn: string): ResourceName {
  const [, , types = ""] = urn.split("::");
  const token = types.split("$").at(-1)!;
  const kind = kindOfToken.get(token);
  if (!kind) {
    const message = said`This version of the provider knows no resource of the type ${token}.
        Use the version of the SDK that belongs to the plugin.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: urn });
  }
  return { kind, urn, name: nameOfUrn(urn), schema: schemaOf(kind.kind) as JsonSchema };
}
