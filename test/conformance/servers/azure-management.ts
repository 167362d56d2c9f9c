/**
 * Azure's management as far as disks and virtual machines go: it keeps what is put, answers as Azure documents it, with a
 * request that takes a while, and records what was asked.
 */
import http from "node:http";
import { createDefaultHttpClient } from "@azure/core-rest-pipeline";
import { onTestFinished } from "vitest";
import type { AzurePorts } from "../../../provider/drivers/azure-compute/azure-compute.ts";

/** The address that the SDK is told: a token goes over https only. */
const address = "https://management.azure.com";

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly hasToken: boolean;
}

export interface AzureManagement {
  readonly endpoint: string;
  readonly requests: readonly Recorded[];
}

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

export async function startAzureManagement(): Promise<AzureManagement> {
  const requests: Recorded[] = [];
  const resources = new Map<string, object>();
  const server = http.createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url!, "http://127.0.0.1");
      const hasToken = request.headers.authorization === "Bearer token-of-tests";
      requests.push({ method: request.method!, path: url.pathname, body, hasToken });
      const answer = (status: number, content: object, headers: Record<string, string> = {}): void =>
        void response
          .writeHead(status, { "content-type": "application/json", ...headers })
          .end(JSON.stringify(content));
      if (url.pathname.startsWith("/operations/")) return answer(200, { status: "Succeeded" });
      if (request.method === "PUT") {
        const made = { id: url.pathname, name: url.pathname.split("/").at(-1), ...(body as object) };
        resources.set(url.pathname, made);
        const operation = `${address}/operations/${requests.length}`;
        return answer(201, made, { "azure-asyncoperation": operation, "retry-after": "0" });
      }
      const found = resources.get(url.pathname);
      if (found !== undefined) return answer(200, found);
      return answer(404, { error: { code: "ResourceNotFound", message: "not there" } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { endpoint, requests };
}

/** A token for the fake, and the way to it. */
export function portsTo(management: AzureManagement): AzurePorts {
  const client = createDefaultHttpClient();
  return {
    credential: {
      getToken: () =>
        Promise.resolve({ token: "token-of-tests", expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    httpClient: {
      sendRequest: async (request) => {
        const { url } = request;
        request.url = url.replace(address, management.endpoint);
        request.allowInsecureConnection = true;
        const response = await client.sendRequest(request);
        // The SDK asks there again until the work is done.
        request.url = url;
        return response;
      },
    },
  };
}
