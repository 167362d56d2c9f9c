/** What claims and pins promise, wherever they are kept. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Claims } from "../../../provider/ports/objects.ts";

export interface ClaimsForTests {
  readonly claims: Claims;
  /** The same place, as another process sees it whose life this one cannot test. Its claims and pins are this old. */
  stranger(ageMilliseconds: number): Promise<{
    claim(prefix: string, writer?: { engineId: string; epoch: number }): Promise<void>;
    pin(prefix: string, pointId: string): Promise<void>;
  }>;
  /** A script that takes the claim of `machines/one`, pins the point `p1`, prints a line, and waits. */
  readonly script: string;
}

const prefix = "machines/one";
const writer = (epoch: number) => ({ engineId: "e", epoch });

export function describeClaims(title: string, make: () => Promise<ClaimsForTests>): void {
  describe(title, () => {
    it("give a prefix to one at a time, and again once it is released", async () => {
      const { claims } = await make();
      const first = await claims.claim(prefix, writer(1));
      await expect(claims.claim(prefix, writer(1))).rejects.toMatchObject({ code: "Busy" });
      await (await claims.claim("machines/other", writer(1))).release();
      await first.check();
      await first.release();
      const second = await claims.claim(prefix, undefined);
      await second.check();
      expect(second.wasTakenOver).toBe(false);
      await second.release();
    });

    it("give it to one of many who ask at once", async () => {
      const { claims } = await make();
      const asked = Array.from({ length: 8 }, () => claims.claim(prefix, undefined));
      const got = (await Promise.allSettled(asked)).filter(({ status }) => status === "fulfilled");
      expect(got).toHaveLength(1);
    });

    it("give it to a later lease of the same engine, and the former holder finds that out", async () => {
      const { claims } = await make();
      const former = await claims.claim(prefix, writer(1));
      const later = await claims.claim(prefix, writer(2));
      await expect(former.check()).rejects.toMatchObject({ code: "LeaseLost" });
      await former.release();
      await later.check();
      await expect(claims.claim(prefix, { engineId: "another", epoch: 9 })).rejects.toMatchObject({
        code: "Busy",
      });
      await later.release();
    });

    it("are taken away from a former lease, and from nobody else", async () => {
      const { claims } = await make();
      await claims.fence(prefix, writer(1));
      const holder = await claims.claim(prefix, writer(2));
      await claims.fence(prefix, writer(2));
      await claims.fence(prefix, { engineId: "another", epoch: 9 });
      await holder.check();
      await claims.fence(prefix, writer(3));
      await expect(holder.check()).rejects.toMatchObject({ code: "LeaseLost" });
      const next = await claims.claim(prefix, writer(3));
      await next.check();
      await next.release();
    });

    it("of a process elsewhere count until they are too old", async () => {
      const { claims, stranger } = await make();
      await (await stranger(0)).claim(prefix);
      await expect(claims.claim(prefix, undefined)).rejects.toMatchObject({ code: "Busy" });
      await (await stranger(200_000)).pin(prefix, "p1");
      expect([...(await claims.pinned(prefix))]).toEqual(["p1"]);
      await (await stranger(90_000)).claim("machines/two");
      await (await stranger(700_000)).pin("machines/two", "p2");
      const taken = await claims.claim("machines/two", undefined);
      await taken.check();
      await taken.release();
      expect([...(await claims.pinned("machines/two"))]).toEqual([]);
    });

    it("of a process that was killed are free at once", { timeout: 30_000 }, async () => {
      const { claims, script } = await make();
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      await expect(claims.claim(prefix, undefined)).rejects.toMatchObject({ code: "Busy" });
      expect([...(await claims.pinned(prefix))]).toEqual(["p1"]);
      child.kill("SIGKILL");
      await once(child, "close");
      await (await claims.claim(prefix, undefined)).release();
      expect([...(await claims.pinned(prefix))]).toEqual([]);
    });

    it("keep points that are read, each as long as anybody reads it", async () => {
      const { claims } = await make();
      const first = await claims.pin(prefix, "p1");
      const second = await claims.pin(prefix, "p1");
      const third = await claims.pin(prefix, "p2");
      await first();
      expect([...(await claims.pinned(prefix))].sort()).toEqual(["p1", "p2"]);
      await second();
      await third();
      expect([...(await claims.pinned(prefix))]).toEqual([]);
    });
  });
}
