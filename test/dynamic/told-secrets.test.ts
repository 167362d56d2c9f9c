import { expect, test } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { CheckFailure } from "../../provider/handlers/handler.ts";
import { given, said } from "../../provider/message.ts";
import { errorOf, id, kept, openDelivery, own, wanted } from "./open-delivery.ts";

// The resource class tells which of the arguments are secret.
const secretInterval = { __secrets: [["properties", "providerSpecificInput", "replicationInterval"]] };
const news = { ...wanted("open sesame"), ...own, ...secretInterval };

test("a secret argument is left out of failures, drift and errors", async () => {
  const { delivery, handler, told } = openDelivery();
  handler.failures = [
    new CheckFailure("properties.x", said`${given("open sesame", "properties.x")} is not a number`),
  ];
  expect((await delivery.check({}, news)).failures).toEqual([
    { property: "", reason: "properties.x: [secret] is not a number" },
  ]);
  // Pulumi shows the value of a property that is named.
  const property = "properties";
  handler.failures = [new CheckFailure(property, said`it is not a number`)];
  expect((await delivery.check({}, news)).failures).toEqual([
    { property: "", reason: `${property}: it is not a number` },
  ]);
  const change = { property: "properties.x", from: 300, to: "open sesame", cause: "drift" as const };
  handler.answer = { changes: [change], replaces: [], notices: [] };
  await delivery.diff(id, { __inputs: wanted(300) }, news);
  expect(told.map(([, , text]) => text)).toEqual([
    "gold: x has drifted: it is 300, the program says [secret]; an update sets it back",
  ]);
  const error = new SiteRecoveryError("JobFailed", said`${"open sesame"} did not open.`);
  handler.trouble = { call: "create", when: "after", error };
  expect((await errorOf(delivery.create(news))).reasons).toEqual(["[secret] did not open."]);
  const fresh = openDelivery();
  fresh.handler.trouble = { call: "create", when: "before", error };
  expect((await errorOf(fresh.delivery.create(news))).message).toBe("[secret] did not open.");
});

test("what is kept is what was wanted, not the mark", async () => {
  const { delivery } = openDelivery();
  expect((await delivery.create(news)).outs).toMatchObject({ __inputs: kept(wanted("open sesame")) });
});
