/** Reads XML from elsewhere: no document type, so that no entity can be declared, and names without prefixes. */
import { parseXml, XmlElement, XmlError } from "@rgrove/parse-xml";
import { DescriptionRefused } from "./machine-description.ts";

export type { XmlElement } from "@rgrove/parse-xml";

/** The root element. Throws `DescriptionRefused` with the line and column of what is wrong. */
export function readXml(text: string): XmlElement {
  if (/<!DOCTYPE/i.test(text))
    throw new DescriptionRefused("has a document type (<!DOCTYPE …>), which is not read; remove it");
  try {
    return parseXml(text).root!;
  } catch (error) {
    if (error instanceof XmlError) {
      const { line, column, message } = error;
      const [first = ""] = message.split("\n");
      throw new DescriptionRefused(`line ${line}, column ${column}: ${first.replace(/ \(line .*$/, "")}`);
    }
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new DescriptionRefused("is nested too deeply");
    throw error;
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

export function isNamed(element: XmlElement, name: string): boolean {
  return local(element.name) === name;
}

/** The child elements of a name, without its prefix. */
export function all(element: XmlElement | undefined, ...names: string[]): XmlElement[] {
  return (element?.children ?? []).filter(
    (node): node is XmlElement => node instanceof XmlElement && names.includes(local(node.name)),
  );
}

/** The first element at the end of a path of names; `undefined` if there is none. */
export function at(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((found, name) => all(found, name)[0], element);
}

/** An attribute's value, whatever the prefix of its name. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const found = Object.entries(element?.attributes ?? {}).find(([key]) => local(key) === name);
  return found?.[1];
}

/** The text in an element, trimmed; `undefined` if it is empty or not there. */
export function textOf(element: XmlElement | undefined): string | undefined {
  const text = element?.text.trim();
  return text === "" ? undefined : text;
}
