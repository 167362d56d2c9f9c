/**
 * A managed disk in Azure, made of a hydrated recovery point. Runs if SITERECOVERY_AZURE_LIVE_URL names a container and
 * SITERECOVERY_AZURE_LIVE_GROUP says `<subscription>/<resource group>/<region>`, the account's group too. The identity is that of
 * `az login` or of this computer. The disk and the blob stay: remove them afterwards.
 */
import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

const url = process.env["SITERECOVERY_AZURE_LIVE_URL"];
const [subscriptionId, resourceGroup, location] =
  process.env["SITERECOVERY_AZURE_LIVE_GROUP"]?.split("/") ?? [];

it.skipIf(url === undefined || location === undefined)(
  "makes a managed disk of a recovery point in a real account",
  { timeout: 900_000 },
  async () => {
    const site = await FlowSite.make({ flow: "S3", content: randomBytes(3_000_000) });
    onTestFinished(() => site.remove());
    await site.protect();
    const hydrated = await site.engine.hydrate(
      {
        ...{ itemId: site.itemId(), recoveryPoint: "latest", container: { url: url! }, all: true },
        azure: { subscriptionId: subscriptionId!, resourceGroup: resourceGroup!, location: location! },
      },
      quiet,
    );
    expect(hydrated.disks[0]!.managedDisk).toMatch(/\/providers\/Microsoft\.Compute\/disks\/web1-os-/);
  },
);
