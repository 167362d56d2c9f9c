import { describe, expect, it } from "vitest";
import type { RemotePorts } from "../../../provider/drivers/remote-ports.ts";
import type { Objects } from "../../../provider/ports/objects.ts";
import type { FaultProxy, startFaultProxy } from "../fault-proxy.ts";
import { patterned } from "./place-for-tests.ts";

/** A place behind a proxy with faults, and the same place directly. */
export interface FaultyPlace {
  readonly objects: Objects;
  readonly direct: Objects;
  readonly proxy: FaultProxy;
}

export interface FaultyPlaces {
  readonly behind: (
    faultOf: Parameters<typeof startFaultProxy>[1],
    ports?: RemotePorts,
  ) => Promise<FaultyPlace>;
  /** Whether a request finds out about the server, and is not of the work. Default: none is. */
  readonly isOther?: (request: string) => boolean;
}

/** What every driver over a line makes of a line and a server that fail. */
export function describeFaults(title: string, { behind, isOther = () => false }: FaultyPlaces): void {
  const requestsOf = (proxy: FaultProxy): string[] => proxy.requests.filter((request) => !isOther(request));

  describe(title, () => {
    it.each(["answerLost", "twice"] as const)(
      "knows its own object again (%s), and nobody else's",
      async (kind) => {
        let puts = 0;
        const { objects, direct } = await behind(
          (request) => {
            if (request.method !== "PUT") return undefined;
            puts += 1;
            return puts % 2 === 1 ? { kind } : undefined;
          },
          { deadlineMilliseconds: 2000 },
        );
        const first = await objects.put("one", Buffer.from("a"), "ifAbsent");
        expect(await direct.get("one")).toEqual({ bytes: Buffer.from("a"), tag: first });
        const second = await objects.put("one", Buffer.from("b"), { ifTag: first });
        expect(await direct.get("one")).toEqual({ bytes: Buffer.from("b"), tag: second });
        // The same bytes of somebody else are not its own.
        expect(await objects.put("one", Buffer.from("b"), "ifAbsent")).toBe("lost");
        expect(await objects.put("one", Buffer.from("c"), { ifTag: first })).toBe("lost");
        expect((await direct.get("one"))?.tag).toBe(second);
      },
    );

    it.each([429, 503])(
      "waits as long as a server asks for that answers %i, and not beyond its deadline",
      async (status) => {
        const throttled = { kind: "status", status, headers: { "retry-after": "1" } } as const;
        const { objects, proxy } = await behind((_request, number) => (number <= 2 ? throttled : undefined));
        const began = Date.now();
        expect(await objects.put("one", Buffer.from("a"), "ifAbsent")).not.toBe("lost");
        expect(Date.now() - began).toBeGreaterThanOrEqual(1990);
        expect(requestsOf(proxy)).toHaveLength(3);
        const always = await behind(() => throttled, { deadlineMilliseconds: 500 });
        const error = always.objects.put("one", Buffer.from("a"), "ifAbsent");
        await expect(error).rejects.toMatchObject({ code: "TargetUnreachable" });
        expect(requestsOf(always.proxy)).toHaveLength(1);
      },
    );

    it("reads the new state of an object that is replaced after its first answer", async () => {
      const replacement = patterned(3 * 1_048_576);
      let replacing: Promise<unknown> | undefined;
      const { objects, direct } = await behind((request) => {
        const isRange = request.headers.range !== undefined || request.headers["x-ms-range"] !== undefined;
        if (!isRange || replacing !== undefined) return undefined;
        replacing = direct.put("one", replacement, "replace");
        return { kind: "late", milliseconds: 1000 };
      });
      await objects.put("one", patterned(2 * 1_048_576), "ifAbsent");
      const found = await objects.get("one");
      expect(found?.bytes.equals(replacement)).toBe(true);
      expect(found?.tag).toBe(await replacing);
    });

    it("gives a request the time that its bytes take on a slow line", async () => {
      const { objects, proxy } = await behind(() => ({ kind: "late", milliseconds: 500 }), {
        attemptMilliseconds: 200,
        deadlineMilliseconds: 300,
      });
      await expect(objects.put("small", Buffer.from("a"), "ifAbsent")).rejects.toMatchObject({
        code: "TargetUnreachable",
      });
      const before = requestsOf(proxy).length;
      expect(await objects.put("large", patterned(1_048_576), "ifAbsent")).not.toBe("lost");
      expect(requestsOf(proxy)).toHaveLength(before + 1);
    });

    it("reads the whole range when the line breaks within it, and gives up a silent server", async () => {
      const bytes = patterned(200_000);
      let cuts = 0;
      const { objects, direct } = await behind((request) => {
        if (request.method !== "GET" || cuts === 2) return undefined;
        cuts += 1;
        return { kind: "answerCut", afterBytes: cuts * 50_001 };
      });
      await direct.put("one", bytes, "ifAbsent");
      expect((await objects.get("one"))?.bytes.equals(bytes)).toBe(true);
      expect(cuts).toBe(2);
      const silent = await behind(() => ({ kind: "silence" }), {
        attemptMilliseconds: 100,
        deadlineMilliseconds: 2000,
      });
      await expect(silent.objects.facts("one")).rejects.toMatchObject({ code: "TargetUnreachable" });
      expect(requestsOf(silent.proxy).length).toBeGreaterThan(1);
    });
  });
}
