/**
 * From the name of a kind to its handler over an engine in this process: what every door calls first.
 * The engine of a home folder is opened once a process and shared.
 */
import path from "node:path";
import { openEngine, type Engine } from "./engine/engine.ts";
import type { Handler } from "./handlers/handler.ts";
import { handlerOf } from "./handlers/registry.ts";
import type { KindName } from "./kinds/kind.ts";
import { type LogLevel, noLog, openLog } from "./log.ts";
import { projectFolder } from "./project-folder.ts";

/** The engine's home folder: argument, then SITERECOVERY_HOME, then `.siterecovery` in the project's folder. */
export function engineHome(home?: string): string {
  return path.resolve(projectFolder(), home ?? process.env["SITERECOVERY_HOME"] ?? ".siterecovery");
}

const engines = new Map<string, Promise<Engine>>();

async function open(home: string, level: LogLevel | undefined): Promise<Engine> {
  return openEngine({ home, log: level === undefined ? noLog : await openLog(level) });
}

/** The engine of a home folder, opened at first use, with a log of `level` (default: none). Throws `WrongKey` or `IoFailed` when it cannot be opened. */
export function connectEngine(home?: string, level?: LogLevel): Promise<Engine> {
  const folder = engineHome(home);
  let engine = engines.get(folder);
  if (!engine) {
    engine = open(folder, level);
    engines.set(folder, engine);
    engine.catch(() => engines.delete(folder));
  }
  return engine;
}

/** The handler of a kind. */
export async function connect(kind: KindName, home?: string): Promise<Handler> {
  return handlerOf(kind, await connectEngine(home));
}
