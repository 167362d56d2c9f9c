/**
 * The line from a dynamic provider's process to the Pulumi engine that started it: what is said on it appears under
 * the resource in `pulumi preview` and `pulumi up`. When the engine is gone, so that nothing waits for the work any
 * more, the process ends; otherwise a killed `pulumi up` would leave a failover running on unseen.
 */
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "info" | "warning" | "error";

export interface EngineLink {
  /** Shows a line under a resource; `passing` ones are shown during the work and not kept. */
  tell(urn: string, severity: Severity, text: string, passing?: "passing"): void;
  /** Resolves when all lines have arrived. */
  settled(): Promise<void>;
}

const severities = {
  info: engineMessages.LogSeverity.INFO,
  warning: engineMessages.LogSeverity.WARNING,
  error: engineMessages.LogSeverity.ERROR,
};

/** A line to the engine at an address, as Pulumi hands it to the provider's process as its first argument. */
export function openEngineLink(address: string): EngineLink & {
  close(): void;
  readonly gone: Promise<void>;
  /** Whether the engine answers by a time, in milliseconds since 1970. */
  answers(deadline: number): Promise<boolean>;
} {
  const client = new engineService.EngineClient(address, grpc.credentials.createInsecure(), {
    // Idle for hours is quite normal during an initial replication; only a lost engine counts.
    "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
  });
  let last: Promise<void> = Promise.resolve();
  const send = (request: InstanceType<typeof engineMessages.LogRequest>): Promise<void> =>
    new Promise((resolve) => {
      client.log(request, (failure: unknown) => {
        // Progress may get lost; what people must know goes to the one other place that they see.
        if (failure && !request.getEphemeral()) console.error(request.getMessage());
        resolve();
      });
    });
  return {
    tell: (urn, severity, text, passing) => {
      const request = new engineMessages.LogRequest();
      request.setUrn(urn);
      request.setSeverity(severities[severity]);
      request.setMessage(text);
      request.setEphemeral(passing !== undefined);
      last = last.then(() => send(request));
    },
    settled: () => last,
    close: () => client.close(),
    answers: (deadline) =>
      new Promise((resolve) => {
        // That something takes the connection, or speaks gRPC, does not make it an engine.
        client.getRootResource(
          new engineMessages.GetRootResourceRequest(),
          new grpc.Metadata(),
          { deadline },
          (failure: unknown) => resolve(!failure),
        );
      }),
    gone: new Promise((resolve) => watch(client.getChannel(), resolve)),
  };
}

/** Calls back once the other end cannot be reached any more. */
function watch(channel: grpc.ChannelInterface, gone: () => void): void {
  const state = channel.getConnectivityState(true);
  if (state === grpc.connectivityState.TRANSIENT_FAILURE) return gone();
  if (state === grpc.connectivityState.SHUTDOWN) return;
  channel.watchConnectivityState(state, Infinity, () => watch(channel, gone));
}
