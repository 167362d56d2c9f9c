/** The client of the vSphere API against recorded conversations: what vcsim is not needed for, and what it never says. */
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { readVsphereInventory } from "../../provider/engine/inventory/vsphere-inventory.ts";
import { systemClock } from "../../provider/clock.ts";
import { said } from "../../provider/message.ts";
import { parseChangeId, queryChangedAreas } from "../../provider/vsphere/change-tracking.ts";
import { ManagedObject, soapRequest } from "../../provider/vsphere/soap-request.ts";
import { soapBody } from "../../provider/vsphere/soap-answer.ts";
import { addressOf, normalThumbprint } from "../../provider/vsphere/tls-agent.ts";
import { VsphereSession } from "../../provider/vsphere/vsphere-session.ts";
import { runHere } from "../cli/in-process.ts";
import { answerWith, type Exchange, password, serveRecording } from "./recorded-conversation.ts";

const envelope = (inner: string): string =>
  '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
  ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>${inner}</soapenv:Body></soapenv:Envelope>`;

const fault = (name: string, text: string, detail = ""): string =>
  envelope(
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${text}</faultstring><detail>` +
      `<${name}Fault xmlns="urn:vim25" xsi:type="${name}">${detail}</${name}Fault></detail></soapenv:Fault>`,
  );

const content = envelope(
  '<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval><rootFolder type="Folder">ha-folder-root</rootFolder>' +
    '<propertyCollector type="PropertyCollector">ha-property-collector</propertyCollector>' +
    '<viewManager type="ViewManager">ViewManager</viewManager><about><fullName>VMware ESXi 8.0.3</fullName>' +
    '<apiType>HostAgent</apiType></about><sessionManager type="SessionManager">ha-sessionmgr</sessionManager>' +
    '<searchIndex type="SearchIndex">ha-searchindex</searchIndex></returnval></RetrieveServiceContentResponse>',
);

/** A session with a server that lets everybody in and answers everything else with `answer`. */
async function sessionWith(answer: (request: string) => Partial<Exchange> & { answer: string }) {
  const server = await answerWith((request) => {
    const given = request.startsWith("<RetrieveServiceContent ")
      ? { answer: content }
      : request.startsWith("<Login ")
        ? { answer: envelope("<LoginResponse/>"), cookie: 'vmware_soap_session="1"; Path=/' }
        : answer(request);
    return Promise.resolve({ request, status: 200, ...given });
  });
  onTestFinished(() => server.stop());
  const session = new VsphereSession(server.settings, { clock: systemClock });
  onTestFinished(() => session.close());
  return session;
}

const machine = new ManagedObject("VirtualMachine", "vm-42");
const call = { method: "PowerOnVM_Task", target: machine, what: said`power on web1` };

describe("a recorded look at the inventory", () => {
  it("is read as it was answered", async () => {
    const server = await serveRecording("inventory");
    onTestFinished(() => server.stop());
    const { machines, server: name } = await readVsphereInventory(server.settings);
    expect(name).toContain("VMware vCenter Server");
    expect(machines.map((one) => one.name)).toEqual(["DC0_C0_RP0_VM0", "DC0_H0_VM0"]);
    expect(machines[0]!.nics[0]!.network).toBe("DC0_DVPG0");
    expect(machines[0]!.obstacles.map(({ id }) => id)).toEqual(["tracking-off", "tools-missing"]);
    expect(server.strange).toEqual([]);
    expect(server.left).toBe(0);
  });

  it("is what the command prints", async () => {
    const server = await serveRecording("inventory");
    onTestFinished(() => server.stop());
    const place = [
      server.settings.host,
      "--credentials-file",
      server.accountFile,
      "--ca-file",
      server.authorityFile,
    ];
    const { code, stdout: written, stderr } = await runHere("none", "inventory", "vcenter", ...place);
    // Colours are used where CI runs.
    const stdout = stripVTControlCharacters(written);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^MACHINE +POWER +GUEST SYSTEM +DISKS +TRACKING +PROTECTION BY SNAPSHOTS$/m);
    expect(stdout).toMatch(
      /^DC0_H0_VM0 +running +otherGuest +1, 10\.0 GiB +off +note: change tracking is off$/m,
    );
    expect(stdout).toMatch(/^ {2}tracking-off \(2 machines\): Set ctkEnabled/m);
    expect(stdout).toContain("2 machines, 0 stopped. Nothing was changed.");
    expect(stdout).not.toContain(password);
  });
});

describe("the command line", () => {
  it("needs the account by a name", async () => {
    const { code, stderr } = await runHere("none", "inventory", "vcenter", "vc.example.org");
    expect(code).not.toBe(0);
    expect(stderr).toContain("--credentials-file with a file (mode 0600)");
  });

  it("still takes definitions", async () => {
    const { stderr } = await runHere("none", "inventory", "no-such-definition.yaml");
    expect(stderr).toContain("no-such-definition.yaml");
  });
});

describe("what a server says that vcsim never says", () => {
  it.each([
    [
      "NoPermission",
      "Permission to perform this operation was denied.",
      "<privilegeId>VirtualMachine.Interact.PowerOn</privilegeId>",
      "PrerequisitesNotMet",
    ],
    ["TaskInProgress", "The operation is not allowed in the current state.", "", "Busy"],
    ["HostNotConnected", "Unable to communicate with the remote host.", "", "SourceUnreachable"],
    ["NoDiskSpace", "Insufficient disk space on datastore ds1.", "", "DiskFull"],
    ["SomethingNew", "Something new", "", "IoFailed"],
  ])("%s is an error of its own", async (name, text, detail, code) => {
    const session = await sessionWith(() => ({ status: 500, answer: fault(name, text, detail) }));
    const error = await session.call(call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(`does not power on web1: ${name}`);
    expect(String(error)).toContain(text);
    if (detail !== "") expect(String(error)).toContain("privilege VirtualMachine.Interact.PowerOn");
  });

  it("a server whose services start is waited for", async () => {
    const session = await sessionWith(() => ({ status: 503, answer: "<html>no healthy upstream</html>" }));
    await expect(session.call(call)).rejects.toMatchObject({ code: "SourceUnreachable" });
  });

  it.each(["<html><body>It works!</body></html>", "no XML", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', ""])(
    "%j is no vSphere server",
    async (answer) => {
      const server = await answerWith((request) => Promise.resolve({ request, status: 200, answer }));
      onTestFinished(() => server.stop());
      const session = new VsphereSession(server.settings, { clock: systemClock });
      onTestFinished(() => session.close());
      await expect(session.content()).rejects.toMatchObject({ code: "InvalidInput", property: "host" });
    },
  );

  it("a session that is refused at once is not asked for again and again", async () => {
    let calls = 0;
    const session = await sessionWith(() => {
      calls += 1;
      return { status: 500, answer: fault("NotAuthenticated", "The session is not authenticated.") };
    });
    await expect(session.call(call)).rejects.toMatchObject({ code: "IoFailed" });
    // Twice, and the end of the session.
    expect(calls).toBe(2);
  });

  it("a server that does not answer in time is not waited for", async () => {
    const server = await answerWith(() => new Promise(() => undefined));
    onTestFinished(() => server.stop());
    const session = new VsphereSession(server.settings, { clock: systemClock, timeoutMs: 300 });
    onTestFinished(() => session.close());
    await expect(session.content()).rejects.toMatchObject({ code: "SourceUnreachable" });
  });

  const info = (start: number, length: number, areas: readonly (readonly [number, number])[]): string =>
    envelope(
      `<QueryChangedDiskAreasResponse xmlns="urn:vim25"><returnval><startOffset>${start}</startOffset><length>${length}</length>` +
        areas
          .map(([from, size]) => `<changedArea><start>${from}</start><length>${size}</length></changedArea>`)
          .join("") +
        "</returnval></QueryChangedDiskAreasResponse>",
    );
  const query = {
    machine,
    snapshot: new ManagedObject("VirtualMachineSnapshot", "snapshot-7"),
    disk: { key: 2000, sizeBytes: 1_048_576 },
    since: "52 de c0 d9 b9 43 9d 10-61 d5 4c 1b e9 7b 65 63/81",
  };

  it("changed areas are asked for until the whole disk is covered", async () => {
    const asked: string[] = [];
    const session = await sessionWith((request) => {
      asked.push(/<startOffset>(\d+)/.exec(request)?.[1] ?? request);
      return {
        answer: asked.length === 1 ? info(0, 524_288, [[65_536, 65_536]]) : info(524_288, 524_288, []),
      };
    });
    expect(await queryChangedAreas(session, query)).toEqual([{ offset: 65_536, length: 65_536 }]);
    expect(asked).toEqual(["0", "524288"]);
  });

  it.each([
    ["covers nothing", info(0, 0, [])],
    ["covers another part", info(65_536, 524_288, [])],
    ["has an area past the end", info(0, 1_048_576, [[983_040, 131_072]])],
    [
      "has overlapping areas",
      info(0, 1_048_576, [
        [0, 131_072],
        [65_536, 65_536],
      ]),
    ],
    ["has no areas at all", envelope("<QueryChangedDiskAreasResponse/>")],
  ])("a list of changes that %s is not believed", async (_, answer) => {
    const session = await sessionWith(() => ({ answer }));
    await expect(queryChangedAreas(session, query)).rejects.toMatchObject({ code: "ResyncRequired" });
  });
});

describe("small parts", () => {
  it("writes requests that no name can break out of", () => {
    const text = soapRequest("Rename_Task", machine, { newName: 'a</newName><x y="1">&\n' });
    expect(text).toContain("<newName>a&lt;/newName&gt;&lt;x y=&quot;1&quot;&gt;&amp;&#10;</newName>");
    expect(soapBody(text)!.at("newName").text).toBe('a</newName><x y="1">&\n');
  });

  it("reads addresses with and without a port", () => {
    expect(addressOf("vc.example.org")).toEqual({ hostname: "vc.example.org", port: 443 });
    expect(addressOf("10.0.0.5:8443")).toEqual({ hostname: "10.0.0.5", port: 8443 });
    expect(addressOf("[fd00::5]:8443")).toEqual({ hostname: "fd00::5", port: 8443 });
    for (const wrong of ["", "https://vc", "a b", "vc/sdk", "root@vc", "vc:port"]) {
      expect(() => addressOf(wrong), wrong).toThrow(/is no host of vSphere/);
    }
  });

  it("reads thumbprints of SHA-256 only", () => {
    expect(normalThumbprint("ab:".repeat(31) + "ab")).toBe("AB".repeat(32));
    expect(() => normalThumbprint("ab:".repeat(19) + "ab")).toThrow(/SHA-256/);
  });

  it("reads change ids", () => {
    expect(parseChangeId("52 de c0 d9 b9 43 9d 10-61 d5 4c 1b e9 7b 65 63/81")).toEqual({
      history: "52 de c0 d9 b9 43 9d 10-61 d5 4c 1b e9 7b 65 63",
      sequence: 81n,
    });
    for (const other of ["*", "", "/3", "52 de/x"]) expect(parseChangeId(other)).toBeUndefined();
  });
});
