import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const servicesProviderKind: Kind = {
  kind: "services-provider",
  className: "ReplicationRecoveryServicesProvider",
  title: "host registration",
  armType: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationRecoveryServicesProviders",
  path:
    "Microsoft.RecoveryServices/vaults/{resourceName}/replicationFabrics/{fabricName}" +
    "/replicationRecoveryServicesProviders/{providerName}",
  nameArgument: "providerName",
  immutable: ["resourceGroupName", "resourceName", "fabricName", "providerName", "properties.machineName"],
};

/** The identity that a provider or agent presents; the embedded engine records it and checks its shape. */
export interface IdentityProvider {
  tenantId: string;
  applicationId: string;
  objectId: string;
  audience: string;
  aadAuthority: string;
}

/** Arguments of a host's registration: Site Recovery Provider and Recovery Services agent on a host (S3). */
export interface ServicesProviderInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  providerName?: string;
  properties: {
    /** The host's name. */
    machineName: string;
    machineId?: string;
    biosId?: string;
    authenticationIdentityInput: IdentityProvider;
    resourceAccessIdentityInput: IdentityProvider;
    dataPlaneAuthenticationIdentityInput?: IdentityProvider;
  };
  /**
   * Beyond Azure: the folder that holds the host's machines, one folder a machine with a `machine.yaml` and its
   * disk images. Relative paths count from the Pulumi project's folder. Required by the embedded engine.
   */
  inventoryFolder?: string;
}

export interface ServicesProviderOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    fabricType: string;
    connectionStatus: string;
    lastHeartBeat: string;
    protectedItemCount: number;
    draIdentifier: string;
    machineName: string;
  };
}
