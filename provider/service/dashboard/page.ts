/** A whole HTML page around what it shows. It takes nothing from elsewhere, and works without its script. */
import { html, raw } from "hono/html";
import type { Markup } from "./markup.ts";

export interface Page {
  readonly title: string;
  readonly main: Markup;
  /** Milliseconds since 1970; `undefined` before the first look. */
  readonly lookedAt: number | undefined;
  /** Why what is shown may be old or missing. */
  readonly notReady: string | undefined;
  readonly home: string;
  readonly version: string;
}

function lookedText(lookedAt: number | undefined): Markup {
  if (lookedAt === undefined) return html`not looked at yet`;
  const iso = new Date(lookedAt).toISOString();
  return html`seen at <time datetime="${iso}" id="seen">${iso.slice(11, 19)}Z</time>`;
}

export function wholePage({ title, main, lookedAt, notReady, home, version }: Page): Markup {
  return html`${raw("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="dashboard.css" />
        <script src="dashboard.js" type="module"></script>
        <noscript><meta http-equiv="refresh" content="60" /></noscript>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <h1><a href="./">Site recovery</a></h1>
          <p>${lookedText(lookedAt)} <span id="line" role="status"></span></p>
        </header>
        <main id="main">
          ${notReady === undefined ? "" : html`<p class="critical banner" role="alert">What is shown may be old: ${notReady}.</p>`}
          ${main}
        </main>
        <footer>
          <p>
            siterecovery ${version}, home <code>${home}</code>. This page changes nothing:
            <code>siterecovery --help</code> says what does.
          </p>
        </footer>
      </body>
    </html>`;
}
