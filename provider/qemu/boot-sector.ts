/** A guest of 512 bytes: it writes one line to its serial port and stops. Shows whether an accelerator runs guests at all. */

/** What it writes. */
export const bootSectorLine = "siterecovery: a guest runs here";

const sectorBytes = 512;
/** Where firmware loads a boot sector to. */
const loadedAt = 0x7c00;

const code = [
  0xfa, // cli: firmware's own output must not come in between
  ...[0x31, 0xc0], // xor ax, ax
  ...[0x8e, 0xd8], // mov ds, ax
  0xfc, // cld
  ...[0xba, 0xf8, 0x03], // mov dx, 0x3f8: the first serial port
];
const loop = [
  0xac, // lodsb
  ...[0x84, 0xc0], // test al, al
  ...[0x74, 0x03], // jz, over the next two
  0xee, // out dx, al
  ...[0xeb, 0xf8], // jmp to lodsb
  0xf4, // hlt
  ...[0xeb, 0xfd], // jmp to hlt
];

/** The boot sector. */
export function bootSector(): Uint8Array {
  const textAt = loadedAt + code.length + 3 + loop.length;
  const load = [0xbe, textAt & 0xff, textAt >> 8]; // mov si, text
  const sector = Buffer.alloc(sectorBytes);
  Buffer.from([...code, ...load, ...loop, ...Buffer.from(`${bootSectorLine}\n\0`)]).copy(sector);
  sector.writeUInt16LE(0xaa55, sectorBytes - 2);
  return sector;
}
