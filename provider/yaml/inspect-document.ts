/**
 * Looks through a parsed document for what YAML allows and a definition must not hold: aliases, tags, keys that are
 * there twice or reach into prototypes, numbers that lose precision or mean another number than they seem to.
 */
import { type Document, isMap, isScalar, type Node, type Scalar, visit, type YAMLMap } from "yaml";
import type { RuleId } from "../rules/registry.ts";
import { depthMax, invisibleMessage } from "./refuse-text.ts";

const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);
const exactMax = BigInt(Number.MAX_SAFE_INTEGER);

type Report = (rule: RuleId, node: Node, message: string) => void;

/** With a set: the parser's own check compares every key with every other one, which takes minutes at 90,000. */
function inspectKeys(map: YAMLMap, report: Report): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key) || typeof key.value !== "string") {
      const where = (key ?? map) as Node;
      report("yaml-key", where, "is a key that is no text; put it in quotes");
    } else if (forbiddenKeys.has(key.value)) {
      report("yaml-key", key, `the key "${key.value}" is not allowed; take another name`);
    } else if (seen.has(key.value)) {
      report(
        "yaml-duplicate-key",
        key,
        `the key "${key.value}" is there already; keys must be unique, so remove one of them`,
      );
    } else seen.add(key.value);
  }
}

function inspectScalar(node: Scalar, report: Report): void {
  const { value, source = "" } = node;
  if (typeof value === "string") {
    // Written as an escape, which the look at the text alone does not find.
    const message = invisibleMessage(value);
    if (message !== undefined) report("invisible-character", node, message);
  } else if (typeof value === "bigint") {
    if (value > exactMax || value < -exactMax)
      report("yaml-number", node, "is a number too large to keep exactly");
    else if (/^[-+]?0\d/.test(source)) {
      report(
        "yaml-number",
        node,
        `the number ${source} begins with 0; leave the zeros out, or write it in quotes`,
      );
    } else node.value = Number(value);
  } else if (typeof value === "number" && !Number.isFinite(value)) {
    report("yaml-number", node, "is no finite number");
  }
}

/** Reports everything, and makes plain numbers of the document's integers. */
export function inspectDocument(document: Document, report: Report): void {
  const directives = document.directives?.yaml;
  if (directives?.explicit === true && directives.version !== "1.2" && document.contents) {
    report(
      "yaml-syntax",
      document.contents,
      `is YAML ${directives.version}; remove the %YAML line: this is read as YAML 1.2`,
    );
  }
  visit(document, {
    Node: (_key, node, path) => {
      if (path.length > 3 * depthMax) {
        report("yaml-nesting", node as Node, `is nested deeper than ${depthMax} levels; write it flatter`);
        return visit.SKIP;
      }
      const { tag } = node as Node & { tag?: string };
      if (tag !== undefined)
        report("yaml-tag", node as Node, `has the tag ${tag}; tags are not used here, so remove it`);
      if (isMap(node)) inspectKeys(node, report);
      if (isScalar(node)) inspectScalar(node, report);
      return undefined;
    },
    Alias: (_key, node) => report("yaml-alias", node, "is an alias (*name); write the value out"),
  });
}
