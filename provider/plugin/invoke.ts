/** Pulumi's calls of functions: the lookups. */
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { SiteRecoveryError } from "../errors.ts";
import { lookups } from "../lookups/registry.ts";
import { receive, send } from "./property-values.ts";
import { rpcError } from "./rpc-error.ts";
import { said } from "../message.ts";

const prefix = "siterecovery:index:";

type Request = InstanceType<typeof messages.InvokeRequest>;
type Response = InstanceType<typeof messages.InvokeResponse>;

/** Throws an `RpcError`. */
export async function invoke(request: Request, home: string | undefined): Promise<Response> {
  const { values, secrets } = receive(request.getArgs());
  try {
    const token = request.getTok();
    const lookup = token.startsWith(prefix) ? lookups.get(token.slice(prefix.length)) : undefined;
    if (!lookup) {
      const message = said`This version of the provider knows no function ${token}. Use the SDK that belongs to the plugin.`;
      throw new SiteRecoveryError("InvalidInput", message);
    }
    // Loaded when first wanted, since the engine hangs on it.
    const { lookUp } = await import("../lookups/look-up.ts");
    const answer = new messages.InvokeResponse();
    const result = await lookUp(lookup, values, home);
    if ("found" in result) {
      for (const { paths, settings } of result.secretSettings) secrets.addWordsAt(paths, settings);
      secrets.addPlain(values);
      return answer.setReturn(send(result.found as Record<string, unknown>, secrets));
    }
    for (const { property, said } of result.failures) {
      const failure = new messages.CheckFailure();
      failure.setProperty(property);
      failure.setReason(secrets.shown(said));
      answer.addFailures(failure);
    }
    return answer;
  } catch (error) {
    throw rpcError(error, secrets);
  }
}
