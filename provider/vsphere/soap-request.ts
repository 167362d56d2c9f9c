/** Requests of the vSphere Web Services API, as SOAP 1.1 has them. */
import { escapeMarkup } from "../escape-markup.ts";

/** A reference to an object of the server: its type and its id there (`VirtualMachine`, `vm-42`). */
export class ManagedObject {
  readonly type: string;
  readonly id: string;

  constructor(type: string, id: string) {
    this.type = type;
    this.id = id;
  }

  toString(): string {
    return `${this.type}:${this.id}`;
  }
}

export type SoapValue =
  string | number | bigint | boolean | undefined | ManagedObject | SoapObject | readonly SoapValue[];

/**
 * Elements by their names, in the order that the API's schema has them in, which it checks. An array is an element that is
 * there several times. `xsi:type` names the type of an element that may have several, and `#text` is the text of such a one.
 */
export interface SoapObject {
  readonly [name: string]: SoapValue;
}

const whiteSpace: Readonly<Record<string, string>> = { "\r": "&#13;", "\n": "&#10;", "\t": "&#9;" };

/** A reader makes spaces of other white space, unless it is written like this. */
function escapeXml(text: string): string {
  return escapeMarkup(text).replaceAll(/[\r\n\t]/g, (sign) => whiteSpace[sign]!);
}

function isList(value: SoapValue): value is readonly SoapValue[] {
  return Array.isArray(value);
}

function element(name: string, value: SoapValue): string {
  if (value === undefined) return "";
  if (isList(value)) return value.map((one) => element(name, one)).join("");
  if (value instanceof ManagedObject) {
    return `<${name} type="${escapeXml(value.type)}">${escapeXml(value.id)}</${name}>`;
  }
  if (typeof value !== "object") return `<${name}>${escapeXml(String(value))}</${name}>`;
  const { "xsi:type": type, "#text": text = "", ...elements } = value;
  const attribute = type === undefined ? "" : ` xsi:type="${escapeXml(type as string)}"`;
  const inner = Object.entries(elements).map(([key, one]) => element(key, one));
  return `<${name}${attribute}>${escapeXml(text as string)}${inner.join("")}</${name}>`;
}

/** The envelope of a call. */
export function soapRequest(method: string, target: ManagedObject, parameters: SoapObject): string {
  const inner =
    element("_this", target) +
    Object.entries(parameters)
      .map(([n, v]) => element(n, v))
      .join("");
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">' +
    `<soapenv:Body><${method} xmlns="urn:vim25">${inner}</${method}></soapenv:Body></soapenv:Envelope>`
  );
}
