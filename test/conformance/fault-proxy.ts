import http from "node:http";
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

/** Stands between a client and an HTTP server on this computer; `faultOf` decides what happens to each request. */
export async function startFaultProxy(
  serverPort: number,
  faultOf: (request: http.IncomingMessage, number: number) => Fault | undefined,
): Promise<FaultProxy> {
  const requests: string[] = [];
  const proxy = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faultOf(request, requests.length);
    bodyOf(request)
      .then((body) => handle(request, body, response, fault, serverPort))
      .catch(() => response.destroy());
  });
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
): Promise<void> {
  if (fault?.kind === "silence") return;
  if (fault?.kind === "late") await scheduler.wait(fault.milliseconds);
  if (fault?.kind === "status") {
    response.writeHead(fault.status, fault.headers).end(fault.body);
    return;
  }
  let answer = await forward(request, body, serverPort);
  if (fault?.kind === "twice") answer = await forward(request, body, serverPort);
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
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path: url, headers, agent: false };
    const request = http.request(options, (answer) => {
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode!, headers: answer.headers, body: bytes }),
        reject,
      );
    });
    request.on("error", reject).end(body);
  });
}
