import { describe, expect, it } from "vitest";
import { networkAddressFailures } from "../../provider/handlers/network-addresses.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";

type Inputs = Parameters<typeof networkAddressFailures>[0];
const network = (addressPrefixes: string[], subnets: string[] = []): Inputs => ({
  resourceGroupName: "dr",
  addressSpace: { addressPrefixes },
  subnets: subnets.map((addressPrefix, at) => ({ name: `s${at}`, addressPrefix })),
});

describe("the address ranges of a virtual network", () => {
  it.each([
    [
      ["10.0.0.0/16", "fd00:db8::/48"],
      ["10.0.1.0/24", "fd00:db8:0:1::/64"],
    ],
    [["10.0.0.0/16", "10.1.0.0/16"], ["10.1.2.0/24"]],
    [[unknownValue], ["10.1.2.0/24"]],
    [["10.0.0.0/16"], [unknownValue]],
    [[], ["10.1.2.0/24"]],
  ])("%j with the subnets %j are accepted", (space, subnets) => {
    expect(networkAddressFailures(network(space, subnets))).toEqual([]);
  });

  it.each([
    [["10.0.0.0/33"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [["256.0.0.0/8"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [["10.0.0.0/8", "fd00::/200"], [], "addressSpace.addressPrefixes[1]", /no address range/],
    [["10.0.0.0/8", "fd00::%eth0/64"], [], "addressSpace.addressPrefixes[1]", /no address range/],
    [["10.0.0.0/"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [["10.0/16"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [["10.0.0.0/16/8"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [
      ["10.0.3.0/16"],
      [],
      "addressSpace.addressPrefixes[0]",
      /begins within its range; write 10\.0\.0\.0\/16/,
    ],
    [["fd00::1/64"], [], "addressSpace.addressPrefixes[0]", /write fd00::\/64/],
    [["10.0.0.0/8", "10.0.0.0/8"], [], "addressSpace.addressPrefixes[1]", /overlaps/],
    [["10.0.0.0/16"], ["10.1.0.0/24"], "subnets[0].addressPrefix", /outside of the network's address space/],
    [["10.0.0.0/16"], ["10.0.0.0/24", "10.0.0.128/25"], "subnets[1].addressPrefix", /overlaps subnets\[0\]/],
  ])("%j with the subnets %j are refused", (space, subnets, property, reason) => {
    const failures = networkAddressFailures(network(space, subnets));
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });
});
