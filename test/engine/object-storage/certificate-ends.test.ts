/** The health of a machine whose replica is at another site, when a certificate that opens it is about to end. */
import fs from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../../provider/clock.ts";
import { SecondSite } from "../../conformance/servers/target-server.ts";
import { Site } from "../fixture.ts";

const second = new SecondSite();

beforeAll(async () => {
  await second.start();
});

afterAll(async () => {
  await second.stop();
  second.remove();
});

it("is warned of in its last 30 days, critical when it is over, and silent after it was renewed", async () => {
  const day = 86_400_000;
  let shift = 0;
  const clock = { ...systemClock, now: () => Date.now() + shift };
  second.trust.letIn({ name: "lyon", rights: "writer", within: [] }, 40);
  const account = {
    url: `https://127.0.0.1:${second.port}/${second.newStore()}`,
    certificateAuthorityFile: second.trust.authorityFile,
    credentials: { file: second.trust.clientFile("lyon") },
  };
  const site = await Site.make({ account, clock });
  try {
    await site.protect();
    const notes = async (): Promise<unknown[]> => {
      const { healthNotes } = await site.engine.viewItem(site.itemId);
      return healthNotes
        .filter(({ code }) => code === "CertificateEnds")
        .map(({ severity, text }) => [severity, text]);
    };
    expect(await notes()).toEqual([]);
    shift = 15 * day;
    expect(await notes()).toEqual([
      [
        "Warning",
        expect.stringMatching(
          /^the certificate of this computer for https:.* ends in 24 days \(20.*target trust/,
        ),
      ],
    ]);
    shift = 41 * day;
    expect(await notes()).toEqual([["Critical", expect.stringMatching(/ended 1 day ago/)]]);
    shift = 15 * day;
    second.trust.letIn({ name: "lyon", rights: "writer", within: [] }, 398, true);
    expect(await notes()).toEqual([]);
    fs.writeFileSync(account.credentials.file, "nothing", { mode: 0o600 });
    const { healthNotes } = await site.engine.viewItem(site.itemId);
    expect(healthNotes.find(({ code }) => code === "HealthUnknown")?.text).toMatch(/holds no credentials/);
  } finally {
    site.remove();
  }
});
