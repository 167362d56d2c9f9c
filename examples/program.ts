/**
 * The project's own Pulumi program: it declares everything that a YAML stack definition says. That is the one of
 * the example that `npm start -- <example>` names, or that the stack is called after; another one is chosen with
 * `pulumi config set siterecovery:definition path/to/siterecovery.yaml`.
 */
import fs from "node:fs";
import path from "node:path";
import { Config, getStack } from "@pulumi/pulumi";
import { declareStack } from "siterecovery";

const named = process.env["SITERECOVERY_EXAMPLE"] ?? getStack();
const isThere = fs.existsSync(path.join(import.meta.dirname, named, "siterecovery.yaml"));
const definition = `examples/${isThere ? named : "hyperv-to-azure"}/siterecovery.yaml`;
const stack = declareStack(
  new Config("siterecovery").get("definition") ?? process.env["SITERECOVERY_DEFINITION"] ?? definition,
);

/** Where each protected machine runs. */
export const machines = stack.machines;
