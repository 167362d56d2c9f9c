import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Objects } from "../../../provider/ports/objects.ts";
import { ObjectClaims } from "../../../provider/replica/object-claims.ts";
import { describeClaims } from "./describe-claims.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** The same objects at another time of the server's clock. */
function later(objects: Objects, milliseconds: number): Objects {
  return new Proxy(objects, {
    get: (target, property) => {
      if (property === "now") return async () => (await target.now()) + milliseconds;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}

const stranger = Buffer.from(
  JSON.stringify({ format: 1, nonce: "ab", process: "far:7:1:another-boot:pid-1:0", turn: 0 }),
);

export function describeObjectClaims(title: string, make: () => Promise<Objects>): void {
  describeClaims(title, async () => {
    const objects = await make();
    let age = 0;
    const shifted = new Proxy(objects, {
      get: (_target, property) => Reflect.get(later(objects, age), property) as unknown,
    });
    return {
      claims: new ObjectClaims(shifted),
      stranger: (milliseconds) => {
        age = milliseconds;
        return Promise.resolve({
          claim: async (prefix) =>
            void (await objects.put(`claims/${prefix}/writer.claim`, stranger, "ifAbsent")),
          pin: async (prefix, pointId) =>
            void (await objects.put(`claims/${prefix}/reading/${pointId}.ab.pin`, stranger, "ifAbsent")),
        });
      },
      script: `import { ObjectClaims } from "${root}/provider/replica/object-claims.ts";
        import { openObjects } from "${root}/provider/drivers/open-objects.ts";
        const claims = new ObjectClaims(openObjects(${JSON.stringify(objects.address)}));
        await claims.claim("machines/one", undefined);
        await claims.pin("machines/one", "p1");
        console.log("held");
        setInterval(() => {}, 1000);`,
    };
  });

  describe(title, () => {
    it("say whether what a former holder has sent may still arrive", async () => {
      const objects = await make();
      const claims = new ObjectClaims(later(objects, 61_000));
      await objects.put("claims/machines/one/writer.claim", stranger, "ifAbsent");
      const taken = await claims.claim("machines/one", { engineId: "e", epoch: 1 });
      expect(taken.wasTakenOver).toBe(true);
      await claims.fence("machines/one", { engineId: "e", epoch: 2 });
      const next = await claims.claim("machines/one", { engineId: "e", epoch: 2 });
      expect(next.wasTakenOver).toBe(true);
      await next.release();
    });

    it("count for a minute when they cannot be read", async () => {
      const objects = await make();
      await objects.put("claims/machines/one/writer.claim", Buffer.from("{"), "ifAbsent");
      await expect(new ObjectClaims(objects).claim("machines/one", undefined)).rejects.toMatchObject({
        code: "Busy",
      });
      await (await new ObjectClaims(later(objects, 61_000)).claim("machines/one", undefined)).release();
    });
  });
}
