#!/usr/bin/env node
/**
 * `siterecovery`: see and steer, from a terminal, what `pulumi up` has set up. One command a file. This one only looks
 * whether Node is new enough, before anything is loaded that an old one does not have.
 */
import module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(
    `error: siterecovery needs Node 22.15 or newer; this is ${process.version}. In a project that has the npm ` +
      "package node, `npx siterecovery` uses that one.\n",
  );
  process.exitCode = 1;
} else {
  // The next start takes what this one has compiled: a quarter of the time of a short command.
  module.enableCompileCache();
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  const { runProgram } = await import("./program.ts");
  process.exitCode = await runProgram(process.argv.slice(2));
}
