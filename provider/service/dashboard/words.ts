/** What stands in many places of the page: moments and machines. */
import { html } from "hono/html";
import { nameOf } from "../../arm-id.ts";
import type { Markup } from "./markup.ts";

/** `2026-01-07 18:00Z`; browsers show it in the reader's own time. */
export function moment(at: number): Markup {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")}Z</time>`;
}

const machineAddress = (id: string): string => `machine?id=${encodeURIComponent(id)}`;

export function machineLink(id: string): Markup {
  return html`<a href="${machineAddress(id)}">${nameOf(id)}</a>`;
}
