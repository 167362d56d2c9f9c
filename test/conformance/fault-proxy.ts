import http from "node:http";
import https from "node:https";
import { scheduler } from "node:timers/promises";

/** What a line or a server does to a request. */
export type Fault =
  /** The server takes the request; the line breaks before its answer is through. */
  | { readonly kind: "answerLost" }
  /** The answer is cut after this many bytes of its body. */
  | { readonly kind: "answerCut"; readonly afterBytes: number }
  /** The request comes to the server twice; the second answer comes back. */
  | { readonly kind: "twice" }
  /** The server does not see the request. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The server gets the request so much later. */
  | { readonly kind: "late"; readonly milliseconds: number }
  /** There is no answer at all. */
  | { readonly kind: "silence" };

export interface FaultProxy {
  readonly port: number;
  /** The requests that came, as method and path. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the proxy shows clients, and what it shows the server, all as PEM. */
export interface ProxyCertificates {
  readonly server: string;
  readonly client: string;
  readonly authority: string;
}

/** Stands between a client and an HTTP server on this computer; `faultOf` decides what happens to each request. */
export async function startFaultProxy(
  serverPort: number,
  faultOf: (request: http.IncomingMessage, number: number) => Fault | undefined,
  certificates?: ProxyCertificates,
): Promise<FaultProxy> {
  const requests: string[] = [];
  const onRequest = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faultOf(request, requests.length);
    bodyOf(request)
      .then((body) => handle(request, body, response, fault, serverPort, certificates))
      .catch(() => response.destroy());
  };
  const proxy =
    certificates === undefined
      ? http.createServer(onRequest)
      : https.createServer({ cert: certificates.server, key: certificates.server }, onRequest);
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      proxy.close(() => resolve());
      proxy.closeAllConnections();
    });
  return { port: (proxy.address() as { port: number }).port, requests, stop };
}

async function handle(
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
  fault: Fault | undefined,
  serverPort: number,
  certificates: ProxyCertificates | undefined,
): Promise<void> {
  if (fault?.kind === "silence") return;
  if (fault?.kind === "late") await scheduler.wait(fault.milliseconds);
  if (fault?.kind === "status") {
    response.writeHead(fault.status, fault.headers).end(fault.body);
    return;
  }
  let answer = await forward(request, body, serverPort, certificates);
  if (fault?.kind === "twice") answer = await forward(request, body, serverPort, certificates);
  if (fault?.kind === "answerLost") {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  if (fault?.kind !== "answerCut") response.end(answer.body);
  else response.write(answer.body.subarray(0, fault.afterBytes), () => response.destroy());
}

async function bodyOf(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(
  { method, url, headers }: http.IncomingMessage,
  body: Buffer,
  port: number,
  certificates: ProxyCertificates | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The body is here already: nobody has to be asked for it.
    const { expect: _expect, ...rest } = headers;
    const options = { host: "127.0.0.1", port, method, path: url, headers: rest, agent: false };
    const onAnswer = (answer: http.IncomingMessage): void => {
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode!, headers: answer.headers, body: bytes }),
        reject,
      );
    };
    const request =
      certificates === undefined
        ? http.request(options, onAnswer)
        : https.request(
            { ...options, ca: certificates.authority, cert: certificates.client, key: certificates.client },
            onAnswer,
          );
    request.on("error", reject).end(body);
  });
}
