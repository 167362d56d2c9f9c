/** HTML whose parts are escaped: what `html` of hono makes of a template. */
import type { html } from "hono/html";

export type Markup = ReturnType<typeof html>;
