/** No option that names a file to write takes one that a machine, a replica store or an engine's home needs. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allNodes, commandTree } from "../../provider/cli/command-tree.ts";
import { OutputOption, requireOutput } from "../../provider/cli/output-option.ts";
import { program } from "../../provider/cli/program.ts";
import { Site } from "../engine/fixture.ts";
import { runHere } from "./in-process.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.make();
  await site.protect();
});
afterAll(() => site.remove());

/** Options that name files or folders which a command reads, or a home. */
const read = [
  "--public-key",
  "--chain",
  "--ca-file",
  "--credentials-file",
  "--from",
  "--home",
  "--inventory",
  "--key-file",
  "--parameters",
  "--passphrase-file",
  "--policy-config",
  "--trust",
  "--config",
];

const options = allNodes(commandTree(program())).flatMap(({ words, command }) =>
  command.options.map((option) => ({ words, option })),
);
const outputs = options.flatMap(({ words, option }) =>
  option instanceof OutputOption ? [{ words, flag: option.long! }] : [],
);

it("every option with the name of a file is one that is read or one that is checked", () => {
  const named = options.filter(({ option }) => /<(file|path|folder|page|image)/.test(option.flags));
  const unknown = named.filter(
    ({ option }) => !(option instanceof OutputOption) && !read.includes(option.long!),
  );
  expect(unknown.map(({ words, option }) => [...words, option.flags].join(" "))).toEqual([]);
  expect(outputs.length).toBeGreaterThanOrEqual(9);
});

/** What must stay as it is, and what the error names. */
function owned(): [string, RegExp][] {
  const machine = path.dirname(site.image);
  const home = site.engine.homeFolder;
  const storage = path.join(home, "storage");
  const [account] = fs.readdirSync(storage);
  const link = path.join(site.folder, "link.img");
  if (!fs.existsSync(link)) fs.symlinkSync(site.image, link);
  const hardLink = path.join(site.folder, "hard-link.img");
  if (!fs.existsSync(hardLink)) fs.linkSync(site.image, hardLink);
  const cache = path.join(site.folder, "cache");
  const ofProcess = path.join(cache, encodeURIComponent("host:12:34:boot:namespace"));
  fs.mkdirSync(ofProcess, { recursive: true });
  fs.writeFileSync(path.join(ofProcess, "alive.lock"), "");
  return [
    [site.image, /folder of machine web1|2 names/],
    [`${site.image}.hrl`, /folder of machine web1/],
    [path.join(machine, "machine.yaml"), /folder of machine web1/],
    [path.join(machine, "new.img"), /folder of machine web1/],
    [link, /folder of machine web1|2 names/],
    [hardLink, /2 names \(hard links\)/],
    [path.join(cache, "new.img"), /cache of a process server/],
    [path.join(ofProcess, "segment"), /cache of a process server/],
    [path.join(storage, account!, "store.key"), new RegExp(`replica store ${account}`)],
    [path.join(storage, account!, "machines", "new"), new RegExp(`replica store ${account}`)],
    [path.join(home, "siterecovery.db"), /home of an engine/],
    [path.join(home, "new", "file"), /home of an engine/],
  ];
}

describe.each(outputs)("$words $flag", ({ words, flag }) => {
  it("leaves what is needed as it is, with --overwrite and --force as well", async () => {
    const { command } = allNodes(commandTree(program())).find((node) => node.words.join() === words.join())!;
    const force = command.options.flatMap(({ long }) =>
      long === "--overwrite" || long === "--force" ? [long] : [],
    );
    for (const [file, named] of owned()) {
      const before = fs.existsSync(file) ? fs.statSync(file) : undefined;
      const given = command.registeredArguments.filter(({ required }) => required).map(() => "web1");
      const ended = await runHere(site.engine.homeFolder, ...words, ...given, ...force, flag, file);
      expect([ended.code, ended.stdout]).toEqual([1, ""]);
      expect(ended.stderr).toMatch(named);
      const after = fs.existsSync(file) ? fs.statSync(file) : undefined;
      expect([after?.ino, after?.size, after?.mtimeMs]).toEqual([before?.ino, before?.size, before?.mtimeMs]);
    }
  });
});

it("a disk outside a machine's folder is known by its change log, and a home by its keys", () => {
  const folder = path.join(site.folder, "elsewhere");
  fs.mkdirSync(path.join(folder, "home", "keys"), { recursive: true });
  for (const name of ["data.img", "data.img.hrl", "data.img.hrl.3", "home/keys/replicas.store", "free.img"])
    fs.writeFileSync(path.join(folder, name), "");
  for (const name of ["data.img", "data.img.hrl", "data.img.hrl.3"])
    expect(() => requireOutput(path.join(folder, name))).toThrow(/change log of a disk/);
  expect(() => requireOutput(path.join(folder, "home", "keys", "replicas.key"))).toThrow(/home of an engine/);
  for (const name of ["free.img", "new.img", "new/deep.img"]) requireOutput(path.join(folder, name));
});

it("a link counts as what it leads to: a file, a folder on the way, and one that is not there yet", async () => {
  const other = await Site.make();
  try {
    const machine = path.dirname(other.image);
    const links = { "disk.img": other.image, folder: machine, "later.img": path.join(machine, "later.img") };
    for (const [name, to] of Object.entries(links)) fs.symlinkSync(to, path.join(other.folder, name));
    for (const name of ["disk.img", "folder/new.img", "later.img"])
      expect(() => requireOutput(path.join(other.folder, name))).toThrow(/in the folder of machine web1/);
    fs.symlinkSync(path.join(other.folder, "free.img"), path.join(other.folder, "free-link.img"));
    requireOutput(path.join(other.folder, "free-link.img"));
  } finally {
    other.remove();
  }
});
