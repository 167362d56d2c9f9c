/** Declares the stack definition that DEFINITION names. */
import type * as pulumi from "@pulumi/pulumi";
import { declareStack } from "../../../../provider/index.ts";

export async function declare(): Promise<Record<string, pulumi.Resource>> {
  return Object.fromEntries((await declareStack(process.env["DEFINITION"]!)).resources);
}
