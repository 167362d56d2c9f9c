/** Kind → resource class, for what is declared by kind rather than by name. */
import type * as pulumi from "@pulumi/pulumi";
import { type KindName, kindNames } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import type { DeclaredResource } from "./declared-resource.ts";
import * as resources from "./resources.ts";

type ResourceClass = new (
  name: string,
  args: never,
  options?: pulumi.CustomResourceOptions,
) => DeclaredResource;

const byName: Readonly<Record<string, ResourceClass>> = resources;

export const resourceClasses = Object.fromEntries(
  kindNames.map((kind) => [kind, byName[kinds[kind].className]]),
) as Record<KindName, ResourceClass>;
