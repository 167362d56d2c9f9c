import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { ServerCertificate } from "./versitygw.ts";

/** Whether certificates can be made here. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
})();

/** A certificate of this computer by an authority that nobody knows, for the test that asks. */
export function newCertificate(): ServerCertificate & { readonly certificateAuthorityFile: string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-certificates-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const file = (name: string): string => path.join(folder, name);
  const openssl = (...parameters: string[]): void =>
    void execFileSync("openssl", parameters, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test");
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
  fs.writeFileSync(file("names"), "subjectAltName=IP:127.0.0.1\n");
  const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", "-days", "2", ...authority);
  return {
    certificateFile: file("server.pem"),
    keyFile: file("server.key"),
    certificateAuthorityFile: file("ca.pem"),
  };
}
