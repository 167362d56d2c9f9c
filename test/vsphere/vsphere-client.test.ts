/** The client of the vSphere API with a simulated vCenter server. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { said } from "../../provider/message.ts";
import {
  parseChangeId,
  enableChangeTracking,
  queryChangedAreas,
} from "../../provider/vsphere/change-tracking.ts";
import {
  findVirtualMachine,
  listVirtualMachines,
  readVirtualMachine,
} from "../../provider/vsphere/inventory.ts";
import { powerOff, powerOn, shutDownGuest } from "../../provider/vsphere/machine-power.ts";
import { createSnapshot, disksOfSnapshot, removeSnapshot } from "../../provider/vsphere/machine-snapshots.ts";
import type { VsphereSettings } from "../../provider/vsphere/settings.ts";
import type { SoapObject } from "../../provider/vsphere/soap-request.ts";
import { runTask } from "../../provider/vsphere/tasks.ts";
import type { VirtualMachine } from "../../provider/vsphere/virtual-machine.ts";
import { VsphereSession } from "../../provider/vsphere/vsphere-session.ts";
import { startVcsim, type Vcsim, vcsimMissing } from "../conformance/servers/vcsim.ts";

describe.skipIf(vcsimMissing !== undefined)("a vCenter server (vcsim)", () => {
  let vcsim: Vcsim;
  let session: VsphereSession;
  beforeAll(async () => {
    vcsim = await startVcsim({ machines: 60 });
    session = new VsphereSession(vcsim.settings, { clock: systemClock });
  }, 600_000);
  afterAll(async () => {
    await session?.close();
    await vcsim?.stop();
  });

  const open = (settings: Partial<VsphereSettings>, environment = {}): VsphereSession => {
    const one = new VsphereSession({ ...vcsim.settings, ...settings }, { clock: systemClock, environment });
    onTestFinished(() => one.close());
    return one;
  };
  const machineNamed = async (name: string): Promise<VirtualMachine> => {
    const found = (await listVirtualMachines(session)).find((machine) => machine.name === name);
    return found!;
  };
  const again = ({ object }: VirtualMachine): Promise<VirtualMachine> => readVirtualMachine(session, object);
  const reconfigure = async ({ object }: VirtualMachine, spec: SoapObject): Promise<void> => {
    const parameters = { spec };
    await runTask(session, { method: "ReconfigVM_Task", target: object, parameters, what: said`change it` });
  };

  it("says what it is without an account", async () => {
    const content = await open({ credentials: { environmentVariable: "NOT_SET" } }).content();
    expect(content).toMatchObject({
      isVcenter: true,
      fullName: expect.stringContaining("vCenter") as string,
    });
    expect(content.instanceUuid).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("lists its machines, over several pages", async () => {
    const machines = await listVirtualMachines(session);
    expect(machines).toHaveLength(120);
    expect(new Set(machines.map(({ instanceUuid }) => instanceUuid)).size).toBe(120);
    expect(machines[0]).toMatchObject({
      name: "DC0_C0_RP0_VM0",
      firmware: "bios",
      cpus: 1,
      memoryMiB: 32,
      power: "running",
      connection: "connected",
      isTemplate: false,
      isFaultTolerant: false,
      changeTracking: { isEnabled: false, isSupported: true },
      snapshots: [],
      nics: [{ macAddress: expect.stringMatching(/^00:0c:29:/) as string, network: "DC0_DVPG0" }],
    });
    const [disk] = machines[0]!.disks;
    expect(disk).toMatchObject({
      key: 204,
      sizeBytes: 10 * 1024 ** 3,
      isIndependent: false,
      rawDevice: "none",
      isShared: false,
      fileName: expect.stringContaining("[LocalDS_0] DC0_C0_RP0_VM0/") as string,
    });
  });

  it("finds a machine by its instance UUID, under any name", async () => {
    const machine = await machineNamed("DC0_H0_VM1");
    const found = await findVirtualMachine(session, machine.instanceUuid!);
    expect(found).toEqual(machine.object);
    expect(await findVirtualMachine(session, "00000000-0000-0000-0000-000000000000")).toBeUndefined();
  });

  it("turns machines off and on, each as often as wanted", async () => {
    const machine = await machineNamed("DC0_H0_VM2");
    await powerOff(session, machine.object);
    await powerOff(session, machine.object);
    expect((await again(machine)).power).toBe("off");
    await powerOn(session, machine.object);
    await powerOn(session, machine.object);
    expect((await again(machine)).power).toBe("running");
    await shutDownGuest(session, machine.object, { withinMs: 600_000 });
    await shutDownGuest(session, machine.object, { withinMs: 0 });
    expect((await again(machine)).power).toBe("off");
  });

  it("makes and removes snapshots", async () => {
    const machine = await machineNamed("DC0_H0_VM3");
    const request = { name: 'sr <1> & "2"', description: "a\nb", isQuiesced: true };
    const first = await createSnapshot(session, machine.object, request);
    const second = await createSnapshot(session, machine.object, {
      ...request,
      name: "sr-2",
      isQuiesced: false,
    });
    expect((await again(machine)).snapshots).toEqual([
      { object: first, name: 'sr <1> & "2"', description: "a\nb", isQuiesced: true },
      { object: second, name: "sr-2", description: "a\nb", isQuiesced: false },
    ]);
    await removeSnapshot(session, first);
    await removeSnapshot(session, first);
    expect((await again(machine)).snapshots.map(({ name }) => name)).toEqual(["sr-2"]);
    await removeSnapshot(session, second);
    expect((await again(machine)).snapshots).toEqual([]);
  });

  it("tracks changes: enabled, change ids in snapshots, areas in several answers", async () => {
    const machine = await machineNamed("DC0_H0_VM4");
    const [disk] = machine.disks;
    const snapshot = (): ReturnType<typeof createSnapshot> =>
      createSnapshot(session, machine.object, { name: "sr", description: "", isQuiesced: false });
    const writes = (areas: string): Promise<void> =>
      reconfigure(machine, {
        extraConfig: [
          { key: `test.changed.${disk!.key}`, value: { "xsi:type": "xsd:string", "#text": areas } },
        ],
      });

    await enableChangeTracking(session, machine);
    const tracked = await again(machine);
    expect(tracked.changeTracking.isEnabled).toBe(true);
    await enableChangeTracking(session, tracked);

    const first = await snapshot();
    const [then] = await disksOfSnapshot(session, first);
    expect(parseChangeId(then!.changeId!)).toEqual({
      history: expect.stringMatching(/^[0-9a-f -]{47}$/),
      sequence: 1n,
    });
    await removeSnapshot(session, first);

    await writes("0+65536,1048576+131072,4294967296+4096");
    const second = await snapshot();
    const [now] = await disksOfSnapshot(session, second);
    expect(parseChangeId(now!.changeId!)!.sequence).toBe(2n);
    const query = { machine: machine.object, snapshot: second, disk: now! };
    expect(await queryChangedAreas(session, { ...query, since: then!.changeId! })).toEqual([
      { offset: 0, length: 65536 },
      { offset: 1048576, length: 131072 },
      { offset: 4294967296, length: 4096 },
    ]);
    expect(await queryChangedAreas(session, { ...query, since: now!.changeId! })).toEqual([]);
    expect(await queryChangedAreas(session, { ...query, since: "*" })).toHaveLength(3);
    const unknown = queryChangedAreas(session, { ...query, since: `${"00 ".repeat(16).trim()}/1` });
    await expect(unknown).rejects.toMatchObject({
      code: "ResyncRequired",
      message: expect.stringMatching(
        /FileFault: Error caused by file\. The whole disk has to be compared\.$/,
      ) as string,
    });
  });

  it("tracks no changes of a machine that has snapshots", async () => {
    const machine = await machineNamed("DC0_H0_VM5");
    await createSnapshot(session, machine.object, { name: "mine", description: "", isQuiesced: false });
    await expect(enableChangeTracking(session, await again(machine))).rejects.toMatchObject({
      code: "PrerequisitesNotMet",
      message: expect.stringContaining("it has the snapshot mine") as string,
    });
  });

  it("logs in again when the server has ended the session", async () => {
    const other = open({});
    await listVirtualMachines(other);
    const { sessionManager } = await session.content();
    // An administrator ends all other sessions.
    const sessions = await session.call({
      method: "RetrievePropertiesEx",
      target: (await session.content()).propertyCollector,
      parameters: {
        specSet: [
          {
            propSet: [{ type: "SessionManager", pathSet: ["sessionList", "currentSession.key"] }],
            objectSet: [{ obj: sessionManager }],
          },
        ],
        options: {},
      },
      what: said`list the sessions`,
    });
    const values = sessions.at("returnval", "objects").all("propSet");
    const mine = values.find((one) => one.at("name").text === "currentSession.key")!.at("val").text;
    const list = values
      .find((one) => one.at("name").text === "sessionList")!
      .at("val")
      .all();
    const others = list.map((one) => one.at("key").text!).filter((key) => key !== mine);
    expect(others.length).toBeGreaterThan(0);
    const what = said`end sessions`;
    await session.call({
      method: "TerminateSession",
      target: sessionManager,
      parameters: { sessionId: others },
      what,
    });
    expect(await listVirtualMachines(other)).toHaveLength(120);
  });

  it("says nothing of an account that is refused", async () => {
    const refused = open({ credentials: { environmentVariable: "VC" } }, { VC: "root:not-the-password" });
    const error = await listVirtualMachines(refused).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "InvalidInput" });
    expect(String(error)).toContain("refuses the account in VC");
    expect(JSON.stringify(error) + String(error)).not.toMatch(/not-the-password|root/);
  });

  it("takes no account out of a file that others may read, or in another form", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-account-"));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const file = path.join(folder, "account");
    fs.writeFileSync(file, "root:secret-1\n", { mode: 0o644 });
    await expect(listVirtualMachines(open({ credentials: { file } }))).rejects.toThrow(/chmod 600/);
    for (const text of ["", "root", "root:", ":secret-1", "root:secret-1\nmore"]) {
      const session = open({ credentials: { environmentVariable: "VC" } }, { VC: text });
      const error = await listVirtualMachines(session).catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/VC (holds no account|with the account)/);
      expect(String(error)).not.toContain("secret-1");
    }
  });

  it("is known by a thumbprint alone", async () => {
    const { certificateAuthorityFile: _, ...settings } = vcsim.settings;
    const pinned = new VsphereSession(
      { ...settings, thumbprint: vcsim.thumbprint.toLowerCase().replaceAll(":", "") },
      { clock: systemClock },
    );
    onTestFinished(() => pinned.close());
    expect(await listVirtualMachines(pinned)).toHaveLength(120);
  });

  it("is not trusted with another thumbprint, and gets no byte of the account", async () => {
    const error = await listVirtualMachines(open({ thumbprint: "AB".repeat(32) })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "PrerequisitesNotMet" });
    expect(String(error)).toContain(`its thumbprint is ${vcsim.thumbprint}`);
  });

  it("is not trusted by an authority that nobody named; its thumbprint is shown", async () => {
    const { certificateAuthorityFile: _, ...settings } = vcsim.settings;
    const unknown = new VsphereSession(settings, { clock: systemClock });
    onTestFinished(() => unknown.close());
    const error = await unknown.content().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "PrerequisitesNotMet" });
    expect(String(error)).toMatch(/cannot be trusted \(\w+\)/);
    expect(String(error)).toContain(`Its thumbprint is ${vcsim.thumbprint}`);
  });

  it("is missed when it does not answer", async () => {
    const away = open({ host: "127.0.0.1:1" });
    await expect(away.content()).rejects.toMatchObject({
      code: "SourceUnreachable",
      message: expect.stringContaining("127.0.0.1:1 does not answer (ECONNREFUSED)") as string,
    });
  });

  it("refuses what it lacks, by the name of the fault", async () => {
    const machine = await machineNamed("DC0_H0_VM6");
    const call = { method: "AcquireMksTicket", target: machine.object, what: said`give a ticket` };
    await expect(session.call(call)).rejects.toMatchObject({
      code: "PrerequisitesNotMet",
      message: expect.stringContaining("does not give a ticket: MethodNotFound") as string,
    });
  });

  it("stops when it is told to", async () => {
    const stopped = AbortSignal.abort(new Error("enough"));
    await expect(listVirtualMachines(session, stopped)).rejects.toThrow("enough");
  });
});
