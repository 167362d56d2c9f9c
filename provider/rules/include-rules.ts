/** Definitions of several files. */
import { error } from "./rule.ts";

export const includeRules = {
  "include-leads-out": error(
    "Included files lie in the definition's own folder, links followed",
    "A definition from someone else must not read files outside its folder.",
    "Move the file there.",
    "include: [../machines.yaml]",
    "include: [machines.yaml]",
  ),
  "include-unmatched": error(
    "Every entry of include is a file, or matches one",
    "A file that is missing protects nothing, without any sign of it.",
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
    "More than that was not written by hand, and takes long to read.",
    "Join some of them.",
    "include: [machines/*.yaml]   # 10,000 files",
    "include: [machines/*.yaml]   # one file for each site",
  ),
};
