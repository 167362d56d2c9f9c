/** Each job and event says in whose name it was done. */
import os from "node:os";
import { afterEach, expect, it } from "vitest";
import { actAs, personHere, serviceHere, whoActs } from "../provider/actor.ts";
import { FlowSite } from "./engine/flow-site.ts";
import { quiet } from "./engine/fixture.ts";

let site: FlowSite | undefined;
afterEach(() => {
  site?.remove();
  site = undefined;
  delete process.env["SUDO_USER"];
});

it("is the person at this computer, and behind sudo the one who called it as well", () => {
  delete process.env["SUDO_USER"];
  const person = `${os.userInfo().username}@${os.hostname()}`;
  expect([personHere(), whoActs()]).toEqual([person, person]);
  process.env["SUDO_USER"] = "anna";
  expect(personHere()).toBe(`${person} for anna`);
});

it("is kept with what is waited for, and ends with the work", async () => {
  const seen = await actAs("service on ops1", async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return whoActs();
  });
  expect(seen).toBe("service on ops1");
  expect(whoActs()).toBe(personHere());
});

it("is with each job and event of a machine", async () => {
  site = await FlowSite.make({ flow: "S3" });
  const { engine } = site;
  await actAs("stack shop/dev by anna@ops1", () => site!.protect());
  await actAs(serviceHere(), () =>
    engine.moves.failover(site!.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet),
  );
  await engine.moves.commit(site.itemId(), quiet);
  const jobs = engine.jobs({ limit: 20 }).map(({ scenario, actor }) => [scenario, actor]);
  expect(jobs).toContainEqual(["PlannedFailover", `service on ${os.hostname()}`]);
  expect(jobs).toContainEqual(["CommitFailover", personHere()]);
  expect(jobs.map(([, actor]) => actor)).toContain("stack shop/dev by anna@ops1");
  const events = engine.events({ limit: 20 }).map(({ code, actor }) => [code, actor]);
  expect(events).toContainEqual(["PlannedFailover", `service on ${os.hostname()}`]);
  expect(events).toContainEqual(["CommitFailover", personHere()]);
});
