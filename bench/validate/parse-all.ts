/** The peer of `siterecovery validate`: parses the definition and every machine.yaml of a folder, and checks nothing. */
import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const [folder = "", format = ""] = process.argv.slice(2);
const parseText: (text: string) => unknown = format === "json" ? JSON.parse : parse;
const read = (file: string): unknown => parseText(fs.readFileSync(`${file}.${format}`, "utf8"));

read(path.join(folder, "siterecovery"));
const inventory = path.join(folder, "hosts/hv1");
for (const name of fs.readdirSync(inventory)) read(path.join(inventory, name, "machine"));
