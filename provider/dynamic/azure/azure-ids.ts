/** Ids that a definition's names stand for, as Azure has them: of the resource itself, or in the subscription at hand. */
import type * as pulumi from "@pulumi/pulumi";
import { idKey } from "../../arm-id.ts";
import { embeddedSubscriptionId } from "../../kinds/kind.ts";
import { azureSubscription } from "./azure-class.ts";

const embedded = `/subscriptions/${embeddedSubscriptionId}/`;

export class AzureIds {
  readonly #made = new Map<string, pulumi.Output<string>>();
  #subscription: pulumi.Output<string> | undefined;

  /** From now on, what names this id waits for the resource and takes its own id. */
  add(id: string, resource: { readonly id: pulumi.Output<string> }): void {
    this.#made.set(idKey(id), resource.id);
  }

  /** The same arguments with Azure's ids in place of the engine's, at any depth. */
  in(value: unknown): unknown {
    if (typeof value === "string") return value.startsWith(embedded) ? this.#idOf(value) : value;
    if (Array.isArray(value)) return value.map((one) => this.in(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.in(one)]));
  }

  #idOf(id: string): pulumi.Output<string> {
    const made = this.#made.get(idKey(id));
    if (made) return made;
    this.#subscription ??= azureSubscription();
    return this.#subscription.apply((subscription) => id.replace(embeddedSubscriptionId, subscription));
  }
}
