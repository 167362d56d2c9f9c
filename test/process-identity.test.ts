import { spawn } from "node:child_process";
import fs from "node:fs";
import { expect, it } from "vitest";
import { lifeOf, processIdentity } from "../provider/process-identity.ts";

it("counts a process that has ended as dead, also while its parent has not asked for its exit code", async () => {
  // The parent becomes a program that never collects its children, as the first process of many containers does.
  const parent = spawn("sh", ["-c", "sleep 300 & echo $!; exec sleep 300"]);
  try {
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once("data", (data) => resolve(Number(data))),
    );
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    const [host, , , boot, namespace] = processIdentity().split(":");
    const identity = [host, pid, fields[19], boot, namespace].join(":");
    expect(lifeOf(identity)).toBe("alive");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => lifeOf(identity)).toBe("dead");
    expect(fs.readFileSync(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
  } finally {
    parent.kill("SIGKILL");
  }
});
