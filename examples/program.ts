/**
 * The project's own Pulumi program: it declares everything that a YAML stack definition says. Another one is
 * chosen with `pulumi config set siterecovery:definition path/to/siterecovery.yaml`.
 */
import { Config } from "@pulumi/pulumi";
import { declareStack } from "siterecovery";

const config = new Config("siterecovery");
const stack = declareStack(config.get("definition") ?? "examples/hyperv-to-azure/siterecovery.yaml");

/** Where each protected machine runs. */
export const machines = stack.machines;
