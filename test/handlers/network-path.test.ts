import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NetworkPathInputs } from "../../provider/kinds/network-path.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
});
afterEach(() => place.remove());

const path = (rest: Partial<NetworkPathInputs>): NetworkPathInputs => ({
  ...sites.rome,
  networkPathName: "line",
  purpose: "replication",
  connection: "PublicEndpoint",
  ...rest,
});
const check = (rest: Partial<NetworkPathInputs>): Promise<readonly { reason: string }[]> =>
  place.handler("network-path").check(path(rest));

describe("a network path", () => {
  it("[V2A-6] of replication to Azure is no site-to-site VPN, and the reason is told", async () => {
    expect(await check({ connection: "SiteToSiteVpn" })).toEqual([
      {
        property: "connection",
        reason:
          "is 'SiteToSiteVpn', which is not supported here: replication to Azure goes to the public endpoint of " +
          "the storage account, which this does not reach; use PublicEndpoint or ExpressRoutePublicPeering",
      },
    ]);
    expect(await check({ connection: "ExpressRoutePrivatePeering" })).toHaveLength(1);
    expect(await check({ connection: "PublicEndpoint" })).toEqual([]);
    expect(await check({ connection: "ExpressRoutePublicPeering" })).toEqual([]);
  });

  it("[V2F-6] of failback from Azure is a VPN or ExpressRoute", async () => {
    const [failure] = await check({ purpose: "failback", connection: "PublicEndpoint" });
    expect(failure!.reason).toMatch(
      /failback from Azure comes out of a virtual network.*use SiteToSiteVpn or ExpressRoutePrivatePeering/,
    );
    expect(await check({ purpose: "failback", connection: "SiteToSiteVpn" })).toEqual([]);
    expect(await check({ purpose: "failback", connection: "ExpressRoutePrivatePeering" })).toEqual([]);
  });

  it("between sites is a LAN or a VPN", async () => {
    const milan = { recoveryFabricName: "milan" };
    expect(await check({ ...milan, connection: "SiteToSiteVpn" })).toEqual([]);
    expect(await check({ ...milan, connection: "Lan" })).toEqual([]);
    const [failure] = await check({ ...milan, connection: "PublicEndpoint" });
    expect(failure!.reason).toMatch(/from server to server over a LAN or a VPN; use Lan or SiteToSiteVpn/);
    expect(await check({ connection: "Lan" })).toHaveLength(1);
  });

  it("ends at another fabric that is there, and keeps it from being deleted", async () => {
    const handler = place.handler("network-path");
    const to = (recoveryFabricName: string): object => path({ recoveryFabricName, connection: "Lan" });
    await expect(handler.create(to("oslo"), quiet)).rejects.toThrow(
      /needs the fabric "oslo" \(recoveryFabricName\)/,
    );
    await expect(handler.create(to("rome"), quiet)).rejects.toThrow(
      /recoveryFabricName is the fabric itself/,
    );
    await handler.create(to("milan"), quiet);
    const milan = place.engine.listThings({ kind: "fabric" }).find(({ id }) => id.endsWith("/milan"))!;
    const remove = place.handler("fabric").delete(milan.id, quiet);
    await expect(remove).rejects.toMatchObject({ code: "InUse" });
    await expect(remove).rejects.toThrow(/in use by network path line/);
  });
});
