/** Sentences of the engine are also read by people who write definitions: no path of an ARM resource is in them. */
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../provider/engine");
const files = (fs.readdirSync(root, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));
const armPath = /\bproperties\.[a-z]/;

/** The texts of a file: literals, and templates with what stands in their places if that is a constant of the file. */
function textsOf(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(path.join(root, file), "utf8"),
    ts.ScriptTarget.Latest,
  );
  const constants = new Map<string, string>();
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer)
      if (ts.isStringLiteralLike(node.initializer)) constants.set(node.name.text, node.initializer.text);
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ expression, literal }) => {
        const known = ts.isIdentifier(expression) ? constants.get(expression.text) : undefined;
        return `${known ?? ""}${literal.text}`;
      });
      texts.push(node.head.text + spans.join(""));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

test("no sentence of the engine names the path of an ARM property", () => {
  const texts = files.flatMap((file) => textsOf(file).map((text) => `${file}: ${text}`));
  expect(texts.length).toBeGreaterThan(1000);
  const paths = texts.filter((text) => armPath.test(text));
  // An error's property is such a path by itself, and has no spaces; doors read it, people do not.
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((text) => /\s/.test(text.slice(text.indexOf(": ") + 2).trim()))).toEqual([]);
});
