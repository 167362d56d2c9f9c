/** Kinds of entries with their permissions, as `st_mode` has them. */
export const FOLDER = 0o040755;
export const PROGRAM = 0o100755;
export const FILE = 0o100644;
export const SYMBOLIC_LINK = 0o120777;
export const CHARACTER_DEVICE = 0o020600;

/** An archive in the format of initial RAM file systems, newc. Devices in it need no rights to make. */
export class CpioArchive {
  /** @type {Buffer[]} */
  #parts = [];
  #inode = 1;

  /**
   * @param {string} name without a slash at its beginning
   * @param {number} mode
   * @param {Buffer} data a file's content, or what a link names
   * @param {[major: number, minor: number]} device
   */
  add(name, mode, data = Buffer.alloc(0), device = [0, 0]) {
    const nameBytes = Buffer.from(`${name}\0`);
    // Inode, mode, user, group, links, time, size, device of the file (2), device that it is (2), name's length, checksum.
    const fields = [this.#inode++, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, nameBytes.length, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
    this.#parts.push(padded(Buffer.concat([Buffer.from(head), nameBytes])), padded(data));
  }

  /** @returns {Buffer} the whole archive */
  end() {
    this.add("TRAILER!!!", 0);
    return Buffer.concat(this.#parts);
  }
}

/** @param {Buffer} buffer */
function padded(buffer) {
  return Buffer.concat([buffer, Buffer.alloc((4 - (buffer.length % 4)) % 4)]);
}
