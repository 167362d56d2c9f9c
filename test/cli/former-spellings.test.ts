/** Words of earlier versions mean what they meant. */
import { expect, it } from "vitest";
import { inTodaysSpelling } from "../../provider/cli/former-spellings.ts";

it.each([
  ["plan failover shop --unplanned --commit", "plan failover shop --kind unplanned --commit"],
  ["plan failover shop --planned", "plan failover shop --kind planned"],
  ["plan failback shop --unplanned", "plan failback shop --kind unplanned"],
  ["plan cleanup shop", "plan clean-up shop"],
  ["--home h clean-up-test-failover web1", "--home h clean-up web1"],
  ["attach web1 --point latest", "attach web1 --recovery-point latest"],
  ["attach web1 --point=a=b", "attach web1 --recovery-point a=b"],
])("%s", (former, today) => {
  const { words, notes } = inTodaysSpelling(former.split(" "));
  expect(words.join(" ")).toBe(today);
  expect(notes).toHaveLength(1);
});

it.each([
  "plan failover shop --kind planned",
  "commit cleanup",
  "status --plan cleanup",
  "export web1 -- --point",
])("%s stays", (line) => {
  expect(inTodaysSpelling(line.split(" "))).toEqual({ words: line.split(" "), notes: [] });
});
