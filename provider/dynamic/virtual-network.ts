import type * as pulumi from "@pulumi/pulumi";
import {
  type VirtualNetworkInputs,
  virtualNetworkKind,
  type VirtualNetworkOutputs,
} from "../kinds/virtual-network.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type VirtualNetworkArgs = DeclaredArgs<VirtualNetworkInputs>;

/** A virtual network of the recovery side, which replica machines join. */
export class VirtualNetwork extends DeclaredResource {
  declare readonly name: pulumi.Output<VirtualNetworkOutputs["name"]>;
  declare readonly type: pulumi.Output<VirtualNetworkOutputs["type"]>;
  declare readonly provisioningState: pulumi.Output<VirtualNetworkOutputs["provisioningState"]>;

  constructor(name: string, args: VirtualNetworkArgs, options?: pulumi.CustomResourceOptions) {
    super(virtualNetworkKind, name, args, ["name", "type", "provisioningState"], options);
  }
}
