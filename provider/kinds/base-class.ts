/** Azure's base classes of details. Programs and templates write their names where a resource has no details. */

/** Names that Azure's examples write. */
export const baseClasses: ReadonlySet<unknown> = new Set([
  "FabricSpecificCreationInput",
  "FabricSpecificCreateNetworkMappingInput",
  "ReplicationProviderSpecificContainerMappingInput",
  "EnableProtectionProviderSpecificInput",
]);

/** Whether an instance type has the form of a base class's name, which names no scenario. */
export function isBaseClass(instanceType: string): boolean {
  return /(Input|Details)$/.test(instanceType) && !/^(A2A|InMageRcm|VMwareV2)/.test(instanceType);
}
