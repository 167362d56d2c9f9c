/** Declares the stack definition that DEFINITION names. */
import type * as pulumi from "@pulumi/pulumi";
import { declareStack } from "../../../../provider/index.ts";

export function declare(): Record<string, pulumi.Resource> {
  return Object.fromEntries(declareStack(process.env["DEFINITION"]!).resources);
}
