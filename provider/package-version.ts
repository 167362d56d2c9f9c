import { createRequire } from "node:module";

/** The version of this package: package.json is its one source. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  return (require("../package.json") as { version: string }).version;
}
