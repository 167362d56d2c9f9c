/** Answers of the vSphere Web Services API: elements by their names, without prefixes. */
import { parseXml, XmlElement, XmlError } from "@rgrove/parse-xml";
import { ManagedObject } from "./soap-request.ts";

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

/** An element of an answer. Reading one that is not there gives elements that are empty. */
export class SoapElement {
  readonly #element: XmlElement | undefined;

  constructor(element: XmlElement | undefined) {
    this.#element = element;
  }

  get isThere(): boolean {
    return this.#element !== undefined;
  }

  /** Its name, without prefix; empty if it is not there. */
  get name(): string {
    return local(this.#element?.name ?? "");
  }

  /** `xsi:type` without its prefix: the type of the value. */
  get type(): string | undefined {
    const found = Object.entries(this.#element?.attributes ?? {}).find(
      ([key]) => key.includes(":") && local(key) === "type",
    );
    return found && local(found[1]);
  }

  /** All text in it; `undefined` if it is not there. */
  get text(): string | undefined {
    return this.#element?.text;
  }

  /** `undefined` if it is not there or holds no number. */
  get number(): number | undefined {
    const text = this.text?.trim() ?? "";
    return /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  get isTrue(): boolean {
    return ["true", "1"].includes(this.text?.trim() ?? "");
  }

  /** The object that it refers to. */
  get reference(): ManagedObject | undefined {
    const type = this.#element?.attributes["type"];
    return type === undefined ? undefined : new ManagedObject(type, this.text!.trim());
  }

  /** The first element at the end of a path of names. */
  at(...path: readonly string[]): SoapElement {
    return path.reduce<SoapElement>((found, name) => found.all(name)[0] ?? absent, this);
  }

  /** The child elements, or those of a name. */
  all(name?: string): SoapElement[] {
    return (this.#element?.children ?? []).flatMap((node) =>
      node instanceof XmlElement && (name === undefined || local(node.name) === name)
        ? [new SoapElement(node)]
        : [],
    );
  }
}

const absent = new SoapElement(undefined);

/** The body of an envelope: its one element, the answer or a fault. `undefined` if the text is no SOAP envelope. */
export function soapBody(text: string): SoapElement | undefined {
  // An entity that a document type declares may be of any size.
  if (/<!DOCTYPE/i.test(text)) return undefined;
  try {
    const { root } = parseXml(text);
    if (root === null || local(root.name) !== "Envelope") return undefined;
    return new SoapElement(root).at("Body").all()[0];
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof XmlError || error instanceof RangeError) return undefined;
    throw error;
  }
}
