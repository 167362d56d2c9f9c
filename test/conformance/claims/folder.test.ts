import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import { onTestFinished } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { FolderClaims } from "../../../provider/replica/folder-claims.ts";
import { describeClaims } from "./describe-claims.ts";

/** A process of another computer. */
class Stranger {
  readonly #folder: string;
  readonly #writtenAt: Date;

  constructor(folder: string, ageMilliseconds: number) {
    this.#folder = folder;
    this.#writtenAt = new Date(Date.now() - ageMilliseconds);
  }

  claim(prefix: string): Promise<void> {
    return this.#write(`${prefix}/writer.lock`);
  }

  pin(prefix: string, pointId: string): Promise<void> {
    return this.#write(`${prefix}/pins/${pointId}.0123456789abcdef`);
  }

  #write(name: string): Promise<void> {
    const file = path.join(this.#folder, name);
    const text = JSON.stringify("far:7:1:another-boot:pid-1:0:0123").padEnd(248);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text + crc32(text).toString(16).padStart(8, "0"));
    fs.utimesSync(file, this.#writtenAt, this.#writtenAt);
    return Promise.resolve();
  }
}

const root = path.resolve(import.meta.dirname, "../../..");

describeClaims("claims of a folder", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-claims-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const name of ["one", "two", "other"])
    fs.mkdirSync(path.join(folder, "machines", name), { recursive: true });
  const claims = new FolderClaims(localFileSystem, folder);
  return {
    claims,
    stranger: (age) => Promise.resolve(new Stranger(folder, age)),
    script: `import { FolderClaims } from "${root}/provider/replica/folder-claims.ts";
      import { localFileSystem } from "${root}/provider/blocks/file-system.ts";
      const claims = new FolderClaims(localFileSystem, ${JSON.stringify(folder)});
      await claims.claim("machines/one", undefined);
      await claims.pin("machines/one", "p1");
      console.log("held");
      setInterval(() => {}, 1000);`,
  };
});
