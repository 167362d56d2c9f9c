import { afterAll, beforeAll } from "vitest";
import { SecondSite } from "../servers/target-server.ts";
import { describeObjectClaims } from "./describe-object-claims.ts";

const site = new SecondSite();

beforeAll(async () => {
  await site.start();
});

afterAll(async () => {
  await site.stop();
  site.remove();
});

describeObjectClaims("claims of a second site", () =>
  Promise.resolve(site.open(site.settings(site.newStore()))),
);
