/** Definitions of several files. */
import { error } from "./rule.ts";

export const includeRules = {
  "include-leads-out": error(
    "Included files lie in the definition's own folder, links followed",
    "A definition from somebody else must not read what lies around it.",
    "Move the file there.",
    "include: [../machines.yaml]",
    "include: [machines.yaml]",
  ),
  "include-unmatched": error(
    "Every entry of include is a file, or matches one",
    "What is not there protects nothing, and nobody notices.",
    "Mend the path.",
    "include: [machine/*.yaml]",
    "include: [machines/*.yaml]",
  ),
  "include-cycle": error(
    "No file includes itself, directly or through others",
    "It would be read without end.",
    "Take one of the two out.",
    "a.yaml: include: [b.yaml], b.yaml: include: [a.yaml]",
    "a.yaml: include: [b.yaml]",
  ),
  "include-too-many": error(
    "A definition has at most 200 files",
    "More are no definition that somebody wrote, and take long to read.",
    "Join some of them.",
    "include: [machines/*.yaml]   # 10,000 files",
    "include: [machines/*.yaml]   # one file for each site",
  ),
};
