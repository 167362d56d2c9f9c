import { expect, test } from "vitest";
import type { Handler } from "../../provider/handlers/handler.ts";
import { connectOnce } from "../../provider/pulumi/connect-once.ts";

test("connects a kind once for each home folder", async () => {
  const asked: unknown[] = [];
  const connect = connectOnce((kind, home) => {
    asked.push([kind, home]);
    return Promise.resolve({} as Handler);
  });
  const first = await connect("vault");
  expect(await connect("vault")).toBe(first);
  await connect("vault", "elsewhere");
  await connect("policy");
  expect(asked).toEqual([
    ["vault", undefined],
    ["vault", "elsewhere"],
    ["policy", undefined],
  ]);
});

test("tries again what could not be connected", async () => {
  let tries = 0;
  const connect = connectOnce(() => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error("The store is locked.")) : Promise.resolve({} as Handler);
  });
  await expect(connect("vault")).rejects.toThrow("The store is locked.");
  await expect(connect("vault")).resolves.toBeDefined();
});
