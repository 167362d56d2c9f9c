/** A machine.yaml that is right, as the tests' machines have it. */
export function machineDefinition(
  name: string,
  diskIds: readonly string[] = ["os"],
  changes: object = {},
): object {
  return {
    name,
    guestOs: { family: "linux", name: "Ubuntu", version: "22.04" },
    firmware: "bios",
    cpus: 1,
    memoryMiB: 512,
    nics: [{ name: "eth0", network: "production" }],
    disks: diskIds.map((id, index) => ({ id, file: `${id}.img`, role: index === 0 ? "os" : "data" })),
    ...changes,
  };
}
