/**
 * A process of its own that thaws a machine when the engine dies between freeze and thaw. It is told the command as
 * its arguments and hangs on a pipe to the engine: a word over it sends the watchdog home, the end of the pipe
 * without one means that the engine is gone.
 */
import { systemClock } from "../clock.ts";
import { runHook } from "./run-hook.ts";

const [folder = ".", timeoutMilliseconds = "60000", ...command] = process.argv.slice(2);
let released = false;

process.stdin.on("data", () => {
  released = true;
});
process.stdin.on("end", () => {
  if (released) return;
  void runHook({ command, folder, timeoutMilliseconds: Number(timeoutMilliseconds) }, systemClock);
});
