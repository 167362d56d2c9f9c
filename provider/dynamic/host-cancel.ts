/**
 * Ctrl-C, for dynamic providers. Pulumi's engine calls `Cancel` of all its providers and waits for the work that goes
 * on; its host of dynamic providers answers the call and passes it on to nothing. But the host is this very process: its server
 * is among the process's open handles, and says what it is called with.
 */
import net from "node:net";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

type Emitter = Pick<NodeJS.EventEmitter, "on">;

function openServers(): Emitter[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles?: () => unknown[] };
  return handles?.call(process).filter((one) => one instanceof net.Server) ?? [];
}

/** Calls back when a server of this process gets Pulumi's `Cancel`. Servers that speak no HTTP/2 never do. */
export function onHostCancel(cancel: () => void, servers: readonly Emitter[] = openServers()): void {
  for (const server of servers)
    server.on("stream", (_stream: unknown, headers: Record<string, unknown>) => {
      if (headers[":path"] === cancelPath) cancel();
    });
}
