import type { KindName } from "../kinds/kind.ts";

/**
 * The provider that Pulumi keeps, as text, in the state of every resource and runs in a process of its own.
 *
 * It is written out here rather than serialized from a function: that way it is the same bytes however the program
 * was loaded (a different text would show as a change of every resource), it holds the kind's name and nothing
 * else, and a program need not load the TypeScript compiler that serialization takes. It is short, since Pulumi
 * keeps it twice for each resource and writes its whole state at every step. All it does is to load the real code
 * from the package by its name: first as the project sees it, which also finds the package when the project is the
 * package itself, then as `@pulumi/pulumi` sees it.
 */
export function courierText(kind: KindName): string {
  return [
    "exports.handler=()=>{for(const f of[process.cwd()+'/',process.argv[1]])try{",
    `return require('module').createRequire(f)('siterecovery/courier').deliver('${kind}')`,
    "}catch(e){if(!/^(MODULE|ERR_PACKAGE_PATH)_NOT_/.test(e.code))throw e}",
    "throw Error(`The package siterecovery cannot be loaded from ${process.cwd()}: npm install siterecovery`)}",
  ].join("");
}
