/** The dashboard, health and metrics over HTTP, to this computer only. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import { Hono } from "hono";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Dashboard } from "./dashboard/dashboard.ts";
import { isLoopbackName } from "./loopback.ts";
import type { Metrics } from "./metrics.ts";

export interface ServedState {
  readonly metrics: Metrics;
  readonly dashboard: Dashboard;
  /** Why the service cannot do its work now; `undefined` if it can. */
  whyNotReady(): string | undefined;
}

function app(state: ServedState): Hono {
  const { metrics } = state;
  const routes = new Hono();
  routes.use(async (context, next) => {
    // A page of another site whose name leads here must not read it (DNS rebinding).
    const host = URL.parse(`http://${context.req.header("host") ?? ""}`)?.hostname ?? "";
    if (!isLoopbackName(host)) return context.text("This address is no name of this computer.\n", 421);
    await next();
    context.header("Cache-Control", "no-store");
    context.header("X-Content-Type-Options", "nosniff");
    return undefined;
  });
  state.dashboard.addTo(routes, () => state.whyNotReady());
  routes.get("/healthz", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", (context) => {
    const why = state.whyNotReady();
    return why === undefined
      ? context.json({ status: "ready" })
      : context.json({ status: "not ready", why }, 503);
  });
  routes.get("/metrics", async (context) => {
    context.header("Content-Type", metrics.contentType);
    return context.body(await metrics.text());
  });
  routes.notFound((context) => context.text("There are /, /healthz, /readyz and /metrics.\n", 404));
  return routes;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Throws `InUse` for a port that is taken, and `IoFailed` for one that may not be used. */
export async function listen(
  { host, port }: { readonly host: string; readonly port: number },
  state: ServedState,
): Promise<HttpServer> {
  const server: ServerType = serve({
    fetch: app(state).fetch,
    hostname: host,
    port,
    serverOptions: { requestTimeout: 10_000, headersTimeout: 5000 },
  });
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      const text = said`Port ${port} of ${host} is in use: another service may run. Stop it, or choose a port with --listen.`;
      throw new SiteRecoveryError("InUse", text, { target: `${host}:${port}` });
    }
    throw new SiteRecoveryError("IoFailed", said`Cannot listen at ${host}:${port}: ${message}`, {
      target: `${host}:${port}`,
    });
  }
  const { port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${host}]` : host}:${bound}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
