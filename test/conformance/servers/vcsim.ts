import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import tls from "node:tls";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { systemRandom } from "../../../provider/random.ts";
import { TrustFolder } from "../../../provider/trust/trust-folder.ts";
import type { VsphereSettings } from "../../../provider/vsphere/settings.ts";
import { ensureVcsim } from "../../../setup/vcsim.mjs";
import { onFreePort } from "./free-port.ts";

const endWithParent = fileURLToPath(new URL("end-with-parent.mjs", import.meta.url));

const found = await ensureVcsim();

/** Why tests with a simulated vCenter server are left out here, or `undefined` if it is there. */
export const vcsimMissing = "missing" in found ? found.missing : undefined;
if (vcsimMissing !== undefined) process.stderr.write(`Tests with vcsim are left out: ${vcsimMissing}\n`);

export interface Vcsim {
  readonly port: number;
  readonly userName: string;
  readonly password: string;
  /** How it is reached: its account in a file, its certificate by its authority. */
  readonly settings: VsphereSettings;
  /** SHA-256, with colons. */
  readonly thumbprint: string;
  readonly authorityFile: string;
  stop(): Promise<void>;
}

/** Starts a simulated vCenter server on loopback, with an account made on the spot; what it keeps is removed with it. */
export async function startVcsim(options: { readonly machines?: number } = {}): Promise<Vcsim> {
  if (!("executable" in found)) throw new Error(found.missing);
  const { executable } = found;
  return onFreePort((port) => startOn(port, executable, options.machines ?? 2));
}

async function startOn(port: number, program: string, machines: number): Promise<Vcsim> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-vcsim-"));
  const parts = { files: localFileSystem, clock: systemClock, random: systemRandom };
  const trust = new TrustFolder(path.join(folder, "trust"), parts);
  trust.makeAuthority("vcsim");
  trust.makeServer(["127.0.0.1"], 2);
  const userName = "dr-reader@vsphere.local";
  const password = `p:${Buffer.from(systemRandom.bytes(12)).toString("hex")} <&"`;
  const accountFile = path.join(folder, "account");
  fs.writeFileSync(accountFile, `${userName}:${password}\n`, { mode: 0o600 });
  const server = path.join(folder, "trust", "server.pem");
  const place = ["-listen", `127.0.0.1:${port}`, "-certificate", server, "-key", server];
  const child = spawn(
    process.execPath,
    [endWithParent, folder, program, ...place, "-machines", String(machines)],
    {
      env: { PATH: process.env["PATH"], TMPDIR: folder, VCSIM_USER: userName, VCSIM_PASSWORD: password },
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  const stop = (): Promise<void> => ended(child);
  const latest = Date.now() + 60_000;
  let thumbprint: string | undefined;
  while ((thumbprint = await thumbprintAt(port)) === undefined) {
    if (child.exitCode !== null || Date.now() > latest) {
      await stop();
      throw new Error(`vcsim did not start on port ${port}; it ended with ${child.exitCode}.`);
    }
    await scheduler.wait(50);
  }
  const authorityFile = trust.authorityFile;
  const settings = {
    host: `127.0.0.1:${port}`,
    credentials: { file: accountFile },
    certificateAuthorityFile: authorityFile,
  };
  return { port, userName, password, settings, thumbprint, authorityFile, stop };
}

function thumbprintAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
    socket.once("error", () => resolve(undefined));
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  await end;
}
