/** A guest of QEMU that is taken for another one, is let out, or is ended when it need not be. */
import { faultsIn, type Mutant } from "./mutant.ts";

const processes = ["test/qemu/guest-process.test.ts"];
const commandLine = ["test/qemu/command-line.test.ts"];
const agent = ["test/qemu/guest-agent.test.ts"];

export const wrongGuest: readonly Mutant[] = [
  ...faultsIn("provider/qemu/network-arguments.ts", commandLine, {
    "guest-let-out": [
      'restrict=${isIsolated ? "on" : "off"}',
      "restrict=off",
      "the machine of a drill reaches the network that the real one works in",
    ],
    "guest-open-port": [
      "hostfwd=tcp:127.0.0.1:${hostPort}",
      "hostfwd=tcp::${hostPort}",
      "a drill's machine is offered to the whole network",
    ],
  }),
  ...faultsIn("provider/qemu/start-guest.ts", processes, {
    "guest-twice": [
      `  requireEnded(GuestProcess.find(parts, folder), machine.name);\n`,
      ``,
      "a machine that runs is started a second time, and its run is forgotten",
    ],
    "guest-at-once": [
      `  requireAlone(lock, machine.name);\n`,
      ``,
      "of two that start a machine at once, one forgets the run of the other",
    ],
    "guest-secrets": [
      `env: commandEnvironment(),`,
      ``,
      "QEMU's environment shows Pulumi's passphrase to whoever may look at its process",
    ],
    "guest-left-running": [`    guest.signal("SIGKILL");\n`, ``, "a machine whose start was stopped runs on"],
  }),
  ...faultsIn("provider/qemu/run-record.ts", processes, {
    "guest-by-number": [
      `const identity = isIts ? identityOf(number) : undefined;`,
      `const identity = identityOf(number);`,
      "a process that got a dead QEMU's number is taken for the machine, and killed",
    ],
  }),
  ...faultsIn("provider/qemu/guest-process.ts", processes, {
    "guest-crash-unseen": [
      `if (!files.exists(this.files.pid)) return { power: "off" };`,
      `return { power: "off" };`,
      "a machine whose QEMU was killed counts as shut down, though its dirty bitmaps were not saved",
    ],
    "guest-elsewhere": [
      `if (life !== "unknown") return life === "alive";`,
      `return life === "alive";`,
      "a machine that runs in another container counts as off, and is started a second time",
    ],
  }),
  ...faultsIn("provider/qemu/shut-down-guest.ts", processes, {
    "guest-forced": [
      `if (thenForce) return forceOff(guest, signal);`,
      `return forceOff(guest, signal);`,
      "a machine that was to be shut down in order is cut off",
    ],
    "guest-killed-first": [
      `    if (await guest.hasEnded(quitMs, signal)) return ended(guest, "quit");\n`,
      ``,
      "QEMU is killed while it saves dirty bitmaps, and the machine must be copied in full",
    ],
  }),
  ...faultsIn("provider/qemu/agent-channel.ts", agent, {
    "agent-old-step": [
      `    this.#syncIds.clear();\n`,
      ``,
      "the answer to a freeze that was given up is taken for that to the thaw, and the guest stays frozen",
    ],
    "agent-late-answer": [
      `    // Until its answer is here, what comes next on the line may belong to this command.\n    this.#isInStep = false;\n`,
      ``,
      "the late answer to a freeze is taken for that to the thaw, and the guest stays frozen",
    ],
  }),
  ...faultsIn("provider/qemu/console-words.ts", ["test/qemu/console.test.ts"], {
    "guest-failed-unseen": [
      `if (failure !== undefined) throw failed(wait, plain(failure.meaning));`,
      ``,
      "a drill whose machine panicked waits until its time is over",
    ],
  }),
];
