import { describe, expect, test } from "vitest";
import { type HostError, hostError, silenceBlankLines } from "../../provider/dynamic/host-error.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";

describe("hostError", () => {
  test("what Pulumi's host prints of it is kept off the screen, and nothing else is", () => {
    const printed: unknown[][] = [];
    const target = { error: (...words: unknown[]) => void printed.push(words) };
    silenceBlankLines(target);
    const print = (e: Error): void => target.error(`${e}: ${e.stack}`); // as Pulumi's host does it
    print(hostError(new SiteRecoveryError("InUse", "The vault is in use.")) as Error);
    expect(printed).toEqual([]);
    print(new TypeError("x is undefined"));
    target.error("two", "words");
    expect(printed).toHaveLength(2);
    expect(printed[0]![0]).toMatch(/^TypeError: x is undefined: TypeError/);
  });

  test("with an id, the reasons carry the message, since Pulumi then drops it", () => {
    const kept = { id: "/subscriptions/0", properties: { name: "gold" } };
    const error = hostError(new SiteRecoveryError("JobFailed", "It stopped."), kept) as HostError;
    expect(error).toMatchObject({ ...kept, message: "It stopped.", reasons: ["It stopped."] });
  });
});
