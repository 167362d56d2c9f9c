/** What a file must be before anything in it is looked at. */
import { error } from "./rule.ts";

export const textRules = {
  "file-unreadable": error(
    "Every file that is named can be read",
    "What cannot be read cannot be checked.",
    "Check the path and the rights of the file.",
    "siterecovery validate no-such-file.yaml",
    "siterecovery validate siterecovery.yaml",
  ),
  "file-encoding": error(
    "A file is UTF-8 text",
    "Other encodings are read differently by different programs.",
    "Save the file as UTF-8.",
    "name: caf\\xe9 (Latin-1)",
    "name: café (UTF-8)",
  ),
  "file-too-large": error(
    "A file has at most 1 MiB, 50,000 lines and 100,000 values",
    "A file beyond that takes a parser longer than anybody waits, or is meant to.",
    "Split the file, and name the parts under include.",
    "a file of 2 MiB",
    "include: [machines/*.yaml]",
  ),
  "yaml-syntax": error(
    "A file is one YAML 1.2 document",
    "What the parser guesses is not what was meant.",
    "Mend the text at the mark; put text with special signs in quotes.",
    "sites: [london",
    "sites: [london]",
  ),
  "yaml-nesting": error(
    "Values are nested at most 64 levels deep",
    "Deeper nesting runs programs out of stack, and no definition needs it.",
    "Write it flatter.",
    "tags: [[[[[[[[[[ ... ]]]]]]]]]]",
    "tags: { tier: gold }",
  ),
  "yaml-alias": error(
    "Values are written out",
    "A few lines of aliases can stand for gigabytes.",
    "Write the value out where it is used.",
    "network: *recovery",
    "network: recovery-net",
  ),
  "yaml-tag": error(
    "Values have no tags",
    "A tag changes the meaning of a value.",
    "Remove the tag.",
    "name: !!binary d2ViMQ==",
    "name: web1",
  ),
  "yaml-duplicate-key": error(
    "A key appears once in its map",
    "Programs disagree on which of the two counts.",
    "Remove one of them.",
    "{ name: web1, name: web2 }",
    "{ name: web1 }",
  ),
  "yaml-key": error(
    "Keys are text, and none reaches into prototypes",
    "__proto__, constructor and prototype change programs instead of data.",
    "Take another key, or put it in quotes.",
    "tags: { __proto__: x }",
    "tags: { owner: x }",
  ),
  "yaml-number": error(
    "Numbers are finite, exact, and begin with no 0",
    "A number that loses precision, or is octal to one reader, becomes another number.",
    "Write the number without leading zeros, or in quotes if it is a name.",
    "replicationInterval: 0300",
    "replicationInterval: 300",
  ),
  "invisible-character": error(
    "Text holds no control characters",
    "What is shown would not be what is read.",
    "Remove the character.",
    'name: "web\\u202e1"',
    "name: web1",
  ),
};
