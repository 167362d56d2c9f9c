/** A source that came back and cannot be shut down is never called off. */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../../provider/blocks/file-system.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { Hosts } from "../more-hosts.ts";

let site: FlowSite;
afterEach(() => site.remove());

it("each action says that it may run, and nobody's word makes it be off", async () => {
  let isReadOnly = false;
  const files: FileSystem = {
    ...localFileSystem,
    rename(from, to) {
      if (isReadOnly && to === path.join(path.dirname(site.image()), "power-state"))
        throw new SiteRecoveryError("IoFailed", `Cannot rename ${from}: it is read-only.`);
      localFileSystem.rename(from, to);
    },
  };
  const open = (home: string): ReturnType<typeof openEngine> => openEngine({ home, files });
  site = await FlowSite.make({ flow: "S3", content: randomBytes(262_144), open });
  await site.protect();
  const hosts = new Hosts(site);
  const id = site.itemId();
  const bringBack = hosts.away(hosts.first);
  await site.engine.moves.failover(id, { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  bringBack();
  isReadOnly = true;
  const lines: string[] = [];
  await site.engine.moves.commit(id, { report: (line) => void lines.push(line) });
  expect(lines.join("\n")).toMatch(/a second web1 may run beside its machine: .* it is read-only/);
  await expect(site.engine.identities.confirmSourceOff(id, quiet)).rejects.toMatchObject({
    code: "PrerequisitesNotMet",
    message: expect.stringMatching(
      /^web1 runs on .* and could not be shut down: .* it is read-only\. /,
    ) as string,
  });
  expect(site.power(site.image())).toBe("running");
  expect(site.item().details.isSourceUnfenced).toBe(true);
  isReadOnly = false;
  expect(await site.engine.identities.confirmSourceOff(id, quiet)).toBe("seen off");
  expect(site.power(site.image())).toBe("off");
});
