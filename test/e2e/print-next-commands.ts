/** The end of `npm start`, of the status on stdin. */
import fs from "node:fs";
import { nextCommands } from "../../setup/next-commands.mjs";

process.stdout.write(nextCommands("hyperv-to-azure", JSON.parse(fs.readFileSync(0, "utf8"))));
