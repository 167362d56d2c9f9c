/**
 * The project's own Pulumi program: it declares everything that a YAML stack definition says. That is the one of
 * the example that `npm start -- <example>` names, or that the stack is called after; another one is chosen with
 * `pulumi config set siterecovery:definition path/to/siterecovery.yaml`.
 */
import fs from "node:fs";
import { Config, getStack } from "@pulumi/pulumi";
import { declareStack } from "siterecovery";

const definitionOf = (example: string): string => `examples/${example}/siterecovery.yaml`;
const named = definitionOf(process.env["SITERECOVERY_EXAMPLE"] ?? getStack());
const definition = fs.existsSync(named) ? named : definitionOf("hyperv-to-azure");
const stack = declareStack(new Config("siterecovery").get("definition") ?? definition);

/** Where each protected machine runs. */
export const machines = stack.machines;
