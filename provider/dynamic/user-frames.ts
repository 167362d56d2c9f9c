/**
 * Where in the user's program a resource is declared. Pulumi's SDK keeps that with each resource, from the stack of an
 * error that it makes in a constructor: it leaves out its own constructors and one class below them. Our classes are
 * two deep, and a definition's resources are made by functions of ours; and to put a stack into words takes longer the
 * more frames there are, each looked up in a source map.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";

type Frames = readonly NodeJS.CallSite[];
type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

const ownFolder = path.join(import.meta.dirname, "..") + path.sep;

function fileOf(frame: NodeJS.CallSite): string {
  const name = frame.getFileName() ?? "";
  return name.startsWith("file:") ? fileURLToPath(name) : name;
}

/** A line of a stack as the SDK can read it: with a function, also at the top of a module, and with a path and no URL. */
function readable(line: string): string {
  const [, position] = /^\s*at (?:.* \()?(.*:\d+:\d+)\)?$/.exec(line) ?? [];
  if (position === undefined) return line;
  const [, file = "", place = ""] = /^(.*)(:\d+:\d+)$/.exec(position) ?? [];
  return `    at program (${file.startsWith("file:") ? fileURLToPath(file) : file}${place})`;
}

/** What V8 prints by default. */
function plainly(error: Error, frames: Frames): string {
  return [String(error), ...frames.map(String)].join("\n    at ");
}

/**
 * A stack that begins in the SDK, with the SDK's first frames and one more without positions, then the frames of the user's
 * program. Other stacks are printed as ever.
 */
export function printed(error: Error, frames: NodeJS.CallSite[], before: Prepare = plainly): unknown {
  const files = frames.map(fileOf);
  const sdkFolder = path.dirname(files[0] ?? "") + path.sep;
  const leading = files.findIndex((file) => !file.startsWith(sdkFolder));
  if (leading < 1 || !files[leading]!.startsWith(ownFolder)) return before(error, frames);
  const isUsers = (file: string): boolean =>
    path.isAbsolute(file) && !file.startsWith(sdkFolder) && !file.startsWith(ownFolder);
  const users = frames.filter((_, at) => isUsers(files[at]!));
  const head = String(error);
  const lines = String(before(error, users)).slice(head.length).split("\n").slice(1);
  return [head, ...Array<string>(leading + 1).fill("    at siterecovery"), ...lines.map(readable)].join("\n");
}

/** From now on stacks show the user's program only; what comes back ends that. */
export function showUserFrames(): () => void {
  const { stackTraceLimit, prepareStackTrace } = Error;
  // Pulumi notes where each of a resource's promises was made, four a property, and maps every frame to its
  // source: most of a program's time. The resource's own position it takes without regard to this limit.
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = (error, frames) => printed(error, frames, prepareStackTrace) as string;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace) Error.prepareStackTrace = prepareStackTrace;
    else delete (Error as Partial<typeof Error>).prepareStackTrace;
  };
}
