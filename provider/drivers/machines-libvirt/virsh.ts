/** Runs `virsh`, libvirt's own client. One process does one thing. */
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { runCommand } from "../../machines/run-command.ts";
import { said } from "../../message.ts";
import { hypervisorUriProblem } from "../../hypervisor-uri.ts";

/** What virsh said when libvirt refused. */
export class VirshRefusal extends SiteRecoveryError {
  /** Its words, without `error:`. */
  readonly why: string;

  constructor(uri: string, words: readonly string[], why: string) {
    super("IoFailed", said`virsh ${words[0] ?? ""} at ${uri} failed: ${why}.`, { target: uri });
    this.why = why;
  }
}

const timeoutSecondsDefault = 120;

/** What libvirt needs to find its daemon and, for an address with ssh, its key. */
function environment(): Record<string, string> {
  const names = ["XDG_RUNTIME_DIR", "SSH_AUTH_SOCK"];
  const given = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), LC_ALL: "C" };
}

/**
 * What `virsh` printed. Throws `SourceUnreachable` if the hypervisor does not answer, `NotFound` if it has no such domain,
 * `Busy` while it does something else with it, `PrerequisitesNotMet` if there is no virsh, `InvalidInput` for an address that
 * is none, and `VirshRefusal` for all else.
 */
export async function virsh(
  clock: Clock,
  uri: string,
  words: readonly string[],
  {
    timeoutSeconds = timeoutSecondsDefault,
    signal,
  }: { timeoutSeconds?: number; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const problem = hypervisorUriProblem(uri);
  if (problem !== undefined)
    throw new SiteRecoveryError("InvalidInput", said`${uri} ${problem}.`, { target: uri });
  const output: string[] = [];
  const errors: string[] = [];
  const result = await runCommand({
    command: ["virsh", "--quiet", "--connect", uri, ...words],
    folder: "/",
    facts: environment(),
    timeoutSeconds,
    clock,
    onLine: (line, stream) => void (stream === "output" ? output : errors).push(line),
    ...(signal ? { signal } : {}),
  });
  if (result.exitCode === 0) return output.join("\n").trim();
  if (result.startError !== undefined) {
    const message = said`Cannot run virsh, which talks to ${uri}: ${result.startError}. Install it (Debian: apt-get install libvirt-clients), then run again.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: uri });
  }
  signal?.throwIfAborted();
  const why = result.timedOut
    ? `it did not end in ${timeoutSeconds} s`
    : errors
        .map((line) => line.replace(/^error: /, "").trim())
        .filter((line) => line !== "")
        .join("; ")
        .replace(/\.$/, "");
  if (
    result.timedOut ||
    /failed to connect to the hypervisor|Cannot recv data|client socket is closed/i.test(why)
  ) {
    const message = said`The hypervisor ${uri} does not answer: ${why}. Start libvirtd there, then run again.`;
    throw new SiteRecoveryError("SourceUnreachable", message, { target: uri });
  }
  if (/failed to get domain|Domain not found/i.test(why)) {
    const message = said`The hypervisor ${uri} has no domain ${words[1] ?? ""}.`;
    throw new SiteRecoveryError("NotFound", message, { target: uri });
  }
  if (/cannot acquire state change lock/i.test(why)) {
    const message = said`libvirt at ${uri} is busy with the domain ${words[1] ?? ""}: ${why}. Run again.`;
    throw new SiteRecoveryError("Busy", message, { target: uri });
  }
  throw new VirshRefusal(uri, words, why);
}
