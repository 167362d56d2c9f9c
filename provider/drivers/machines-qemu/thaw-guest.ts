/** Thaws one guest by its agent. Its arguments are the agent's socket and the machine's name. */
import { systemClock } from "../../clock.ts";
import { connectGuestAgent } from "../../qemu/guest-agent.ts";
import { systemRandom } from "../../random.ts";

const [socketPath = "", machine = ""] = process.argv.slice(2);
const agent = await connectGuestAgent(socketPath, {
  machine,
  clock: systemClock,
  random: systemRandom,
  timeoutMs: 30_000,
});
await agent.thaw({ timeoutMs: 30_000 });
agent.close();
