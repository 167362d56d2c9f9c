// Loaded into a process: at SIGUSR2 it collects garbage and says how many bytes of its heap are in use.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

process.on("SIGUSR2", () => {
  collect();
  process.stderr.write(`heap in use: ${process.memoryUsage().heapUsed}\n`);
});
