import type { FabricType } from "./fabric.ts";
import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const servicesProviderKind: Kind = {
  kind: "services-provider",
  className: "ReplicationRecoveryServicesProvider",
  title: "services provider",
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

/**
 * Arguments of a registration. In a Hyper-V site it is a host, with Site Recovery Provider and Recovery Services
 * agent (S3). In a VMM fabric it is the VMM server's Provider (S4, S6), and in a VMware fabric the configuration
 * server (C-1); of these two a fabric has one.
 */
export interface ServicesProviderInputs extends VaultScope {
  fabricName: string;
  /** Defaults to the logical name. */
  providerName?: string;
  properties: {
    /** The name of the host or server. */
    machineName: string;
    machineId?: string;
    biosId?: string;
    authenticationIdentityInput: IdentityProvider;
    resourceAccessIdentityInput: IdentityProvider;
    dataPlaneAuthenticationIdentityInput?: IdentityProvider;
  };
  /**
   * Beyond Azure: the folder that holds the host's machines, one folder a machine with a `machine.yaml` and its
   * disk images. Relative paths count from the Pulumi project's folder. Required in a Hyper-V site. In a VMware
   * fabric it holds the physical servers that the configuration server protects (S2). None in a VMM fabric, whose
   * hosts are `ReplicationHost`s.
   */
  inventoryFolder?: string;
  /**
   * Beyond Azure: names of the accounts that the configuration server pushes the Mobility service with (C-5) and
   * reads vCenter servers with (C-6). Names only: credentials stay on the server.
   */
  runAsAccounts?: string[];
  /**
   * Beyond Azure: the machine that runs the vContinuum console of a configuration server, which people may manage a
   * second site from (S5). A record: no step needs the console.
   */
  vContinuumConsole?: string;
}

export interface ServicesProviderOutputs extends CommonOutputs {
  properties: {
    friendlyName: string;
    fabricType: FabricType;
    /** `Connected`, or `Disconnected` when its inventory folder is gone. */
    connectionStatus: string;
    lastHeartBeat: string;
    protectedItemCount: number;
    draIdentifier: string;
    machineName: string;
    /** Where the vContinuum console runs, if that was declared. */
    vContinuumConsole?: string;
  };
}
