import { createPrivateKey, X509Certificate } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { VirtualClock } from "../../provider/clock.ts";
import { systemRandom } from "../../provider/random.ts";
import { TrustFolder } from "../../provider/trust/trust-folder.ts";

const day = 86_400_000;

function newFolder(): { trust: TrustFolder; clock: VirtualClock; file: (...names: string[]) => string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-trust-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const clock = new VirtualClock(Date.now());
  const trust = new TrustFolder(folder, { files: localFileSystem, clock, random: systemRandom });
  return { trust, clock, file: (...names) => path.join(folder, ...names) };
}

it("makes an authority once, and certificates that it has signed", () => {
  const { trust, file } = newFolder();
  expect(trust.makeAuthority("site b")).toBe(true);
  const authority = fs.readFileSync(trust.authorityFile, "utf8");
  expect(trust.makeAuthority("other")).toBe(false);
  expect(fs.readFileSync(trust.authorityFile, "utf8")).toBe(authority);
  trust.makeServer(["dr.example.org", "127.0.0.1", "::1"], 398);
  expect(trust.letIn({ name: "web", rights: "writer", within: ["replicas"] }, 398)).toBe(true);
  const issuer = new X509Certificate(authority);
  for (const one of [file("server.pem"), trust.clientFile("web")]) {
    const pem = fs.readFileSync(one, "utf8");
    const certificate = new X509Certificate(pem);
    expect(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(fs.statSync(one).mode & 0o077).toBe(0);
  }
  const server = new X509Certificate(fs.readFileSync(file("server.pem")));
  expect(server.checkHost("dr.example.org")).toBe("dr.example.org");
  expect([server.checkIP("127.0.0.1"), server.checkIP("::1"), server.checkIP("127.0.0.2")]).toEqual([
    "127.0.0.1",
    "::1",
    undefined,
  ]);
  expect(fs.statSync(file("ca.key")).mode & 0o077).toBe(0);
  const fingerprint = new X509Certificate(fs.readFileSync(trust.clientFile("web"))).fingerprint256;
  expect(trust.clients()).toEqual([{ name: "web", rights: "writer", within: ["replicas"], fingerprint }]);
});

it("renews the server's certificate for other hosts, and in its last 30 days", () => {
  const { trust, clock } = newFolder();
  trust.makeAuthority("site b");
  expect(trust.makeServer([], 398)).toBe(false);
  expect(trust.makeServer(["::1", "a"], 398)).toBe(true);
  expect(trust.makeServer(["a", "0:0:0:0:0:0:0:1"], 398)).toBe(false);
  expect(trust.makeServer(["b"], 398)).toBe(true);
  clock.advance(367 * day);
  expect(trust.makeServer([], 398)).toBe(false);
  clock.advance(2 * day);
  expect(trust.makeServer([], 398)).toBe(true);
  const [, server] = trust.validity();
  expect(server!.until).toBeGreaterThan(clock.now() + 397 * day);
});

it("signs nothing that lasts longer than the authority", () => {
  const { trust, clock } = newFolder();
  trust.makeAuthority("site b");
  const [authority] = trust.validity();
  clock.advance(3600 * day);
  trust.makeServer(["a"], 398);
  expect(trust.validity()[1]!.until).toBe(authority!.until);
});

it("changes what a client may do with each certificate that it has, and shuts it out with all", () => {
  const { trust, clock } = newFolder();
  trust.makeAuthority("site b");
  const web = { name: "web", rights: "writer", within: [] } as const;
  expect(trust.letIn(web, 398)).toBe(true);
  expect(trust.letIn(web, 398)).toBe(false);
  expect(trust.letIn(web, 398, true)).toBe(true);
  expect(trust.letIn({ name: "other", rights: "reader", within: [] }, 398)).toBe(true);
  expect(trust.letIn({ ...web, rights: "writer-without-delete", within: ["a"] }, 398)).toBe(false);
  const may = trust.clients().map(({ name, rights, within }) => [name, rights, ...within].join(" "));
  expect(may).toEqual(["web writer-without-delete a", "web writer-without-delete a", "other reader"]);
  expect(new Set(trust.clients().map(({ fingerprint }) => fingerprint)).size).toBe(3);
  clock.advance(370 * day);
  expect(trust.letIn({ name: "other", rights: "reader", within: [] }, 398)).toBe(true);
  expect(trust.revoke("web")).toBe(2);
  expect(trust.clients().map(({ name }) => name)).toEqual(["other", "other"]);
  expect(fs.existsSync(trust.clientFile("web"))).toBe(false);
  expect(() => trust.revoke("web")).toThrow(/There is no client "web".*There are: other/s);
});

it("needs the authority's key to sign, and says where it belongs", () => {
  const { trust, file } = newFolder();
  trust.makeAuthority("site b");
  fs.renameSync(file("ca.key"), file("elsewhere"));
  expect(() => trust.makeServer(["a"], 398)).toThrow(/ca\.key is not there.*Put it back/);
  fs.writeFileSync(file("ca.key"), fs.readFileSync(file("elsewhere")), { mode: 0o644 });
  expect(() => trust.makeServer(["a"], 398)).toThrow(/others than its owner may use it/);
});

it("makes the authority again of which a killed process has left only the key", () => {
  const { trust, file } = newFolder();
  fs.writeFileSync(file("ca.key"), "half", { mode: 0o600 });
  expect(trust.makeAuthority("site b")).toBe(true);
  expect(trust.makeServer(["a"], 398)).toBe(true);
});

it("lets one process change it at a time", () => {
  const { trust } = newFolder();
  trust.around(() => {
    expect(() => trust.around(() => undefined)).toThrow(/Another process changes/);
  });
  expect(trust.around(() => 7)).toBe(7);
});
