/** A child process for process-servers.test.ts: runs one replication cycle of a machine. */
import { openEngine } from "../../../provider/engine/engine.ts";
import { quiet } from "../fixture.ts";

const [home, itemId] = process.argv.slice(2) as [string, string];
const engine = await openEngine({ home });
await engine.replicate(itemId, quiet);
