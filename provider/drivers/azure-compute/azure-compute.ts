/** Managed disks and virtual machines of Azure, as far as a hydrated machine needs them. Loads the SDKs at first use. */
import type * as ComputeSdk from "@azure/arm-compute";
import type * as IdentitySdk from "@azure/identity";
import { systemClock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { classify, statusOf } from "../objects-azure-blob/classify.ts";
import { loadOptional } from "../optional-package.ts";
import { requireEndpoint } from "../remote-endpoint.ts";

const packages = "@azure/arm-compute @azure/identity";

export interface AzurePlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** The address of Azure's management, if it is another cloud's. */
  readonly managementEndpoint?: string;
}

type Client = ConstructorParameters<typeof ComputeSdk.ComputeManagementClient>;

/** What tests give in place of the real ones. */
export interface AzurePorts {
  /** Who asks. Default: the identity of this computer or workload, or that of `az login`. */
  readonly credential?: Client[0];
  readonly httpClient?: NonNullable<NonNullable<Client[2]>["httpClient"]>;
}

export interface DiskToMake {
  readonly name: string;
  /** The address of the page blob that it is made from. */
  readonly sourceUri: string;
  readonly storageAccountId: string;
  /** Absent for a disk without a system. */
  readonly system?: { readonly osType: "Linux" | "Windows"; readonly generation: "V1" | "V2" };
}

export interface MachineToMake {
  readonly name: string;
  readonly vmSize: string;
  readonly subnetId: string;
  readonly osType: "Linux" | "Windows";
  /** ARM ids; the first is the one with the system. */
  readonly diskIds: readonly string[];
}

export class AzureCompute {
  readonly place: string;
  readonly #where: AzurePlace;
  readonly #ports: AzurePorts;
  #client: Promise<ComputeSdk.ComputeManagementClient> | undefined;

  constructor(where: AzurePlace, ports: AzurePorts = {}) {
    this.#where = where;
    this.#ports = ports;
    this.place = `the resource group ${where.resourceGroup}`;
  }

  /** The ARM id of a disk, or `undefined` if there is none. */
  diskId(name: string): Promise<string | undefined> {
    return this.#request(name, async ({ disks }) => (await disks.get(this.#where.resourceGroup, name)).id);
  }

  /** Makes a managed disk from a page blob. Returns its ARM id. Can be repeated. */
  async makeDisk({ name, sourceUri, storageAccountId, system }: DiskToMake): Promise<string> {
    const { resourceGroup, location } = this.#where;
    const disk = await this.#request(name, ({ disks }) =>
      disks.createOrUpdate(resourceGroup, name, {
        location,
        creationData: { createOption: "Import", sourceUri, storageAccountId },
        ...(system === undefined ? {} : { osType: system.osType, hyperVGeneration: system.generation }),
      }),
    );
    if (disk?.id !== undefined) return disk.id;
    throw this.#failed(name, "it says no id of the disk");
  }

  /** The ARM id of a machine, or `undefined` if there is none. */
  machineId(name: string): Promise<string | undefined> {
    return this.#request(
      name,
      async (client) => (await client.virtualMachines.get(this.#where.resourceGroup, name)).id,
    );
  }

  /** Makes a virtual machine of disks, with a network card in a subnet. Azure starts it. Returns its ARM id. */
  async makeMachine({ name, vmSize, subnetId, osType, diskIds }: MachineToMake): Promise<string> {
    const { resourceGroup, location } = this.#where;
    const [system, ...data] = diskIds;
    const machine = await this.#request(name, ({ virtualMachines }) =>
      virtualMachines.createOrUpdate(resourceGroup, name, {
        location,
        hardwareProfile: { vmSize },
        storageProfile: {
          osDisk: { createOption: "Attach", osType, managedDisk: { id: system! } },
          dataDisks: data.map((id, lun) => ({ lun, createOption: "Attach", managedDisk: { id } })),
        },
        networkProfile: {
          networkApiVersion: "2020-11-01",
          networkInterfaceConfigurations: [
            {
              name: `${name}-nic`,
              primary: true,
              ipConfigurations: [{ name: "ip", subnet: { id: subnetId } }],
            },
          ],
        },
      }),
    );
    if (machine?.id !== undefined) return machine.id;
    throw this.#failed(name, "it says no id of the machine");
  }

  /** `undefined` for what is not there. */
  async #request<T>(
    name: string,
    work: (client: ComputeSdk.ComputeManagementClient) => PromiseLike<T>,
  ): Promise<T | undefined> {
    const client = await this.#open();
    try {
      return await work(client);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw classify(error, `${name} in ${this.place}`, systemClock.now()).error;
    }
  }

  #failed(name: string, what: string): SiteRecoveryError {
    const message = said`Azure did not make ${name} in ${this.place}: ${what}. Check that the resource group is there, and run it again.`;
    return new SiteRecoveryError("IoFailed", message, { target: name });
  }

  #open(): Promise<ComputeSdk.ComputeManagementClient> {
    this.#client ??= this.#connect();
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }

  async #connect(): Promise<ComputeSdk.ComputeManagementClient> {
    const { subscriptionId, managementEndpoint } = this.#where;
    const sdk = (await loadOptional("@azure/arm-compute", this.place, packages)) as typeof ComputeSdk;
    const endpoint =
      managementEndpoint === undefined ? undefined : requireEndpoint(managementEndpoint, this.place);
    const { credential = await this.#identity(), httpClient } = this.#ports;
    return new sdk.ComputeManagementClient(credential, subscriptionId, {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(httpClient === undefined ? {} : { httpClient }),
    });
  }

  async #identity(): Promise<Client[0]> {
    const identity = (await loadOptional("@azure/identity", this.place, packages)) as typeof IdentitySdk;
    return new identity.DefaultAzureCredential();
  }
}
