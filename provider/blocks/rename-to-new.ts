import fs from "node:fs";

/** What file systems answer that know no second name of a file. */
const noLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Of two who do it at the same time one is refused: a second name is given first, which replaces nothing. */
export function renameToNew(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code === undefined || !noLinks.has(code)) throw error;
    if (fs.existsSync(to)) return false;
    fs.renameSync(from, to);
    return true;
  }
  fs.unlinkSync(from);
  return true;
}
