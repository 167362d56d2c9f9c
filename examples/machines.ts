/**
 * The machines of the examples: where each one's folder lies in its example, its disks, and the files in them.
 */
const mebibyte = 1024 * 1024;

export interface ExampleDisk {
  readonly id: string;
  readonly role: "os" | "data";
  readonly sizeMiB: number;
  /** File path → content. */
  readonly files: Record<string, string | Buffer>;
}

export interface ExampleMachine {
  /** Folder of the inventory that the machine lies in. */
  readonly inventory: string;
  readonly name: string;
  readonly disks: readonly ExampleDisk[];
  /** The VMM server's class of the storage that its disks are on. */
  readonly storageClassification?: string;
}

/** Bytes that look random and are the same every time (xorshift), so that every run makes the same machine. */
function noise(seed: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed >>> 0 || 1;
  for (let offset = 0; offset + 4 <= sizeBytes; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeUInt32LE(state >>> 0, offset);
  }
  return bytes;
}

function orders(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `${index + 1},customer-${index % 97},${index * 7}.00`,
  );
  return `order,customer,amount\n${lines.join("\n")}\n`;
}

const shop: readonly ExampleMachine[] = [
  {
    inventory: "inventory/hv1",
    name: "db1",
    disks: [
      {
        id: "os",
        role: "os",
        sizeMiB: 96,
        files: { "etc/hostname": "db1\n", "usr/lib/libdb.so": noise(1, 12 * mebibyte) },
      },
      {
        id: "data",
        role: "data",
        sizeMiB: 128,
        files: { "orders.csv": orders(400_000), "wal/000001.wal": noise(2, 24 * mebibyte) },
      },
    ],
  },
  {
    inventory: "inventory/hv2",
    name: "web1",
    disks: [
      {
        id: "os",
        role: "os",
        sizeMiB: 128,
        files: {
          "etc/hostname": "web1\n",
          "var/www/index.html": "<h1>The shop is open</h1>\n",
          "usr/bin/shop": noise(3, 16 * mebibyte),
          "var/log/access.log": orders(100_000),
        },
      },
    ],
  },
];

/** A machine with one small disk. */
function smallMachine(inventory: string, name: string, seed: number): ExampleMachine {
  const files = {
    "etc/hostname": `${name}\n`,
    "usr/bin/shop": noise(seed, 4 * mebibyte),
    "orders.csv": orders(20_000),
  };
  return { inventory, name, disks: [{ id: "os", role: "os", sizeMiB: 24, files }] };
}

export interface Example {
  readonly machines: readonly ExampleMachine[];
  /** Folders that the definition names and that no machine lies in. */
  readonly folders: readonly string[];
}

export const examples: Readonly<Record<string, Example>> = {
  "hyperv-to-azure": { machines: shop, folders: [] },
  "physical-to-azure": { machines: [smallMachine("physical", "erp1", 5)], folders: ["esxi", "retention"] },
  // QEMU runs its machine, which setup/qemu-example.mjs makes.
  qemu: { machines: [], folders: ["hv1"] },
  "vmm-to-azure": { machines: [smallMachine("hv1", "web1", 6)], folders: [] },
  "vmm-to-vmm": {
    machines: [{ ...smallMachine("hv1", "web1", 7), storageClassification: "fast" }],
    folders: ["hv2", "fast", "slow"],
  },
  "vmware-to-azure": {
    machines: [smallMachine("esxi", "vm1", 8), smallMachine("physical", "erp1", 9)],
    folders: ["cache", "retention"],
  },
  "vmware-to-site": { machines: [smallMachine("esxi", "vm1", 10)], folders: ["esxi-2", "retention"] },
};
