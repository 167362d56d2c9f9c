/** Removes what cycles that are over have left in a folder. */
import path from "node:path";
import type { Clock } from "../../clock.ts";
import { hasCode } from "../../errors.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import { runCommand } from "../../machines/run-command.ts";

const cycleFile = /^sr-(fleece|file)-[0-9a-f]{8}-\d+\.(qcow2|img)$/;

/** What unmounts a file: the first for root, the others for everybody else. */
const unmounting = [
  ["umount", "--lazy"],
  ["fusermount3", "-u", "-z"],
  ["fusermount", "-u", "-z"],
];

export async function removeCycleFiles(files: FileSystem, folder: string, clock: Clock): Promise<void> {
  for (const name of files.list(folder).filter((each) => cycleFile.test(each))) {
    const filePath = path.resolve(folder, name);
    try {
      files.remove(filePath);
    } catch (error) {
      if (!hasCode(error, "IoFailed")) throw error;
      // A QEMU that was killed has left its file mounted, without anybody who answers for it.
      await unmount(filePath, clock);
      files.remove(filePath);
    }
  }
}

async function unmount(filePath: string, clock: Clock): Promise<void> {
  const folder = path.dirname(filePath);
  for (const words of unmounting) {
    const { exitCode } = await runCommand({
      command: [...words, filePath],
      folder,
      timeoutSeconds: 30,
      clock,
    });
    if (exitCode === 0) return;
  }
}
