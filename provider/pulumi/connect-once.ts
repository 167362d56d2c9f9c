import type { Handler } from "../handlers/handler.ts";
import type { Surroundings } from "./lifecycle-call.ts";

/**
 * Handlers, each connected once: Pulumi asks several times for each resource, and the home folder stays where it is as
 * long as the process lives. What could not be connected is tried again.
 */
export function connectOnce(connect: Surroundings["connect"]): Surroundings["connect"] {
  const handlers = new Map<string, Promise<Handler>>();
  return (kind, home) => {
    const key = `${kind} ${home ?? ""}`;
    const known = handlers.get(key);
    if (known) return known;
    const handler = connect(kind, home);
    handlers.set(key, handler);
    handler.catch(() => handlers.delete(key));
    return handler;
  };
}
