/**
 * A process of its own that thaws a machine when the engine dies between freeze and thaw. Its arguments are the thaw
 * command, and its standard input is a pipe from the engine: a word over it sends the watchdog home, the end of the
 * pipe without one means that the engine is gone. It prints a line when it has begun to watch.
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
// The engine reads no further than this line; what it does not read must not end the watchdog.
process.stdout.on("error", () => undefined);
process.stdout.write("watching\n");
