import { describe, expect, it } from "vitest";
import { networkAddressFailures } from "../../provider/handlers/network-addresses.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";

type Inputs = Parameters<typeof networkAddressFailures>[0];
const network = (addressPrefixes: string[], subnets: string[] = []): Inputs => ({
  resourceGroupName: "dr",
  addressSpace: { addressPrefixes },
  subnets: subnets.map((addressPrefix, at) => ({ name: `s${at}`, addressPrefix })),
});

it("subnets of a network have names of their own, whatever their case; what is not known yet is not looked at", () => {
  const named = (...names: string[]): Inputs => ({
    resourceGroupName: "dr",
    addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    subnets: names.map((name, at) => ({ name, addressPrefix: `10.0.${at}.0/24` })),
  });
  expect(networkAddressFailures(named("a", "b", unknownValue, unknownValue))).toEqual([]);
  expect(networkAddressFailures(named("app", "b", "APP"))).toEqual([
    { property: "subnets[2].name", reason: "'APP' is the name of subnets[0] already" },
  ]);
  const unknownSpace = { ...network([], ["10.1.2.0/24"]), addressSpace: unknownValue } as unknown as Inputs;
  expect(networkAddressFailures(unknownSpace)).toEqual([]);
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
    [["10.0.0.0/29"], ["10.0.0.0/29"]],
    [[], []],
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
    [["10.0.0.0/016"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [["::ffff:10.0.0.0/112"], [], "addressSpace.addressPrefixes[0]", /no address range/],
    [
      ["127.1.0.0/16"],
      [],
      "addressSpace.addressPrefixes[0]",
      /127\.0\.0\.0\/8, which Azure keeps for loopback/,
    ],
    [["169.254.8.0/24"], [], "addressSpace.addressPrefixes[0]", /link-local/],
    [["168.63.129.0/24"], [], "addressSpace.addressPrefixes[0]", /its own name server/],
    [["224.0.0.0/8"], [], "addressSpace.addressPrefixes[0]", /multicast/],
    [["255.255.255.255/32"], [], "addressSpace.addressPrefixes[0]", /multicast|broadcast/],
    [["0.0.0.0/0"], [], "addressSpace.addressPrefixes[0]", /which Azure keeps for/],
    [["10.0.0.0/30"], [], "addressSpace.addressPrefixes[0]", /too small; the smallest range is a \/29/],
    [["10.0.0.0/16"], ["10.0.0.8/32"], "subnets[0].addressPrefix", /too small/],
    [["10.0.0.0/16", "fd00::/48"], ["fd00::/56"], "subnets[0].addressPrefix", /is no \/64/],
    [["10.0.0.0/16", "fd00::/80"], [], "addressSpace.addressPrefixes[1]", /has no room for a subnet/],
    [["fd00::/48"], [], "addressSpace.addressPrefixes[0]", /add a range of those/],
    [[], ["10.1.2.0/24"], "subnets[0].addressPrefix", /without an address space/],
    [["10.0.0.0/16"], ["10.1.0.0/24"], "subnets[0].addressPrefix", /outside of the network's address space/],
    [["10.0.0.0/16"], ["10.0.0.0/24", "10.0.0.128/25"], "subnets[1].addressPrefix", /overlaps subnets\[0\]/],
  ])("%j with the subnets %j are refused", (space, subnets, property, reason) => {
    const failures = networkAddressFailures(network(space, subnets));
    expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
  });
});
