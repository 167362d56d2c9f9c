/** What Site Recovery takes at most, or is advised to be given, and addresses in Azure. */
import { error, warning } from "./rule.ts";

export const limitRules = {
  "replication-group-limit": error(
    "A replication group has at most 16 machines",
    "Shared recovery points wait for the slowest machine; Azure takes no more into one group.",
    "Make another group of the machines that need no common recovery point.",
    "17 machines of group: shop",
    "16 machines of group: shop",
    ["replicationGroupMachines"],
  ),
  "process-server-machines": warning(
    "A process server serves at most 200 machines",
    "Azure advises another process server beyond that.",
    "Add a process server, and name it at some of the machines.",
    "201 machines of processServer: ps1",
    "200 machines of processServer: ps1, one of ps2",
    ["processServerMachines"],
  ),
  "process-server-churn": warning(
    "The machines of a process server change at most 2 TiB a day together",
    "Azure advises no more; beyond it replication is likely to fall behind for good.",
    "Give machines to another process server.",
    "two machines of dailyChangeGibibytes: 1500 on ps1",
    "one of them on ps2",
    ["processServerChurnGibibytesPerDay"],
  ),
  "machine-churn": error(
    "A machine changes no more in a day than can be replicated",
    "Its data goes through one process server, which takes 2 TiB a day; to Azure directly 54 MiB a second are taken.",
    "Move what changes most to another machine, or leave a scratch disk out.",
    "dailyChangeGibibytes: 6000",
    "dailyChangeGibibytes: 600",
    ["machineChurnMebibytesPerSecond", "processServerChurnGibibytesPerDay"],
  ),
  "replica-place": error(
    "The place of replicas is the URL of a folder, a container of Azure Storage, a bucket of S3 or a store at another site",
    "Replicas could not be kept there. Credentials are named, never a part of a URL.",
    "Write file:///folder, azblob://account/container, s3://bucket/prefix or https://host:port/store, with the settings of that place only.",
    "{ name: replicas, url: https://drlyon.blob.core.windows.net/replicas }",
    "{ name: replicas, url: azblob://drlyon/replicas }",
  ),
  "address-malformed": error(
    "Recovery addresses are IP addresses",
    "Nothing else can be given to a machine.",
    "Write it like 10.20.0.4.",
    "recoveryAddresses: [10.20.0.400]",
    "recoveryAddresses: [10.20.0.40]",
  ),
  "address-outside-subnet": error(
    "Recovery addresses lie in a subnet of the machine's virtual network",
    "Azure refuses the others, and the machine would start without its address.",
    "Take an address of the subnets, or declare the subnet.",
    "recoveryAddresses: [192.168.0.4]   # the subnet is 10.20.0.0/24",
    "recoveryAddresses: [10.20.0.4]",
  ),
  "address-reserved": error(
    "Recovery addresses are none of those that Azure keeps",
    "The first four addresses of a subnet and the last one are Azure's own.",
    "Take another address.",
    "recoveryAddresses: [10.20.0.1]",
    "recoveryAddresses: [10.20.0.4]",
    ["reservedAddresses"],
  ),
};
