/**
 * Azurite behind a server of our own that adds version-level immutability, which Azurite lacks: policies that come with a put or
 * by themselves, their end in answers, and the refusal to remove what they keep. It is a fake of what Azure documents; the test
 * against a real account is test/conformance/objects/azure-live.test.ts.
 */
import http from "node:http";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import type { AzureBlobSettings } from "../../../provider/drivers/objects-azure-blob/settings.ts";
import { type AzuriteServer, newContainer } from "./azurite.ts";

const untilHeader = "x-ms-immutability-policy-until-date";
const modeHeader = "x-ms-immutability-policy-mode";

interface Policy {
  readonly until: string;
  readonly mode: string;
}

export interface ImmutableAzurite {
  /** A new, empty container, with credentials of its own: a signature that does not cover headers. */
  newContainer(): Promise<AzureBlobSettings>;
  stop(): Promise<void>;
}

export async function startImmutableAzurite(behind: AzuriteServer): Promise<ImmutableAzurite> {
  const policies = new Map<string, Policy>();
  const server = http.createServer((request, response) => {
    answer(request, response, behind.port, policies).catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  process.env["IMMUTABLE_AZURE_OF_TESTS"] = signatureFor(behind);
  return {
    newContainer: async () => ({
      ...(await newContainer(behind)),
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { environmentVariable: "IMMUTABLE_AZURE_OF_TESTS" },
    }),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Keys sign headers, which the server in between changes; a shared access signature does not. */
function signatureFor({ account, accountKey }: AzuriteServer): string {
  const options = {
    expiresOn: new Date(Date.now() + 3_600_000),
    permissions: AccountSASPermissions.parse("rwdlacup"),
    resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
    services: AccountSASServices.parse("b").toString(),
  };
  const key = new StorageSharedKeyCredential(account, accountKey);
  return generateAccountSASQueryParameters(options, key).toString();
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  port: number,
  policies: Map<string, Policy>,
): Promise<void> {
  const url = new URL(request.url!, "http://127.0.0.1");
  const policy = policies.get(url.pathname);
  const { [untilHeader]: until, [modeHeader]: mode, ...headers } = request.headers;
  const given = typeof until === "string" && typeof mode === "string" ? { until, mode } : undefined;
  if (url.searchParams.get("comp") === "immutabilityPolicies") {
    const isShorter =
      policy?.mode.toLowerCase() === "locked" && Date.parse(given!.until) < Date.parse(policy.until);
    if (isShorter) return refuse(response, "ImmutabilityPolicyCannotBeShortened");
    policies.set(url.pathname, given!);
    request.resume();
    response.writeHead(200, { [untilHeader]: given!.until, [modeHeader]: given!.mode }).end();
    return;
  }
  const isKept = policy !== undefined && Date.parse(policy.until) > Date.now();
  if (request.method === "DELETE" && isKept) {
    request.resume();
    return refuse(response, "BlobImmutableDueToPolicy");
  }
  await new Promise<void>((resolve, reject) => {
    const forwarded = http.request(
      { port, host: "127.0.0.1", method: request.method, path: request.url, headers },
      (from) => {
        const isPublished = request.method === "PUT" && from.statusCode === 201;
        const isBlock = url.searchParams.get("comp") === "block";
        // A put makes another version, which has its own policy or none.
        if (isPublished && !isBlock && given !== undefined) policies.set(url.pathname, given);
        else if (isPublished && !isBlock) policies.delete(url.pathname);
        const kept = policies.get(url.pathname);
        const added = kept === undefined ? {} : { [untilHeader]: kept.until, [modeHeader]: kept.mode };
        response.writeHead(from.statusCode!, { ...from.headers, ...added });
        from.pipe(response);
        from.once("end", resolve);
      },
    );
    forwarded.once("error", reject);
    request.pipe(forwarded);
  });
}

function refuse(response: http.ServerResponse, code: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(409, { "x-ms-error-code": code, "content-type": "application/xml" }).end(body);
}
