import { PolicyPack } from "@pulumi/policy";
import { systemClock } from "../clock.ts";
import { siteRecoveryPolicies } from "./pack.ts";

/** Registers the pack of a folder with Pulumi; once in a process. */
export function registerPack(folder: string): void {
  // Pulumi looks for the version in the working folder's package.json, and starts packs in the program's folder.
  const programFolder = process.cwd();
  process.chdir(folder);
  new PolicyPack("siterecovery", {
    displayName: "Site recovery",
    description: "What a disaster recovery stack has to keep to, whichever way it is declared.",
    policies: siteRecoveryPolicies(systemClock, programFolder),
  });
}
