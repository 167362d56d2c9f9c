import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { armIdOf } from "../../provider/arm-id.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { diskContent } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

const scope = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "every-5-minutes" };
const policyId = armIdOf(policyKind, scope);

describe("what was changed behind the program's back, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const web1 = async (): Promise<Status["items"][number]> => (await project.json<Status>("status")).items[0]!;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("web1", [{ id: "os", content: diskContent(5, 4) }]);
    project.define({ machines: [{ name: "web1" }] });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
  });
  afterAll(() => project.remove());

  async function changePolicy(replicationInterval: number): Promise<void> {
    const engine = await openEngine({ home: project.path(".siterecovery") });
    const wanted = {
      ...scope,
      properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval } },
    };
    await handlerOf("policy", engine).update(policyId, wanted, wanted, { report: () => undefined });
    engine.close();
  }

  it("shows the drift of a policy in a plain preview, property and values, without a refresh", async () => {
    await changePolicy(30);
    const preview = await project.preview();
    expect(preview.text).toContain("1 to update");
    expect(preview.text).toMatch(/replicationInterval has drifted: it is 30, the program says 300/);
  });

  it("sets it back with `pulumi up`", async () => {
    const up = await project.up();
    expect(up.text).toContain("1 updated");
    expect((await project.preview()).text).toContain("12 unchanged");
    expect((await project.siterecovery("status", "--json")).stdout).toContain(
      '"replicationIntervalSeconds": 300',
    );
  });

  it("shows the drift in a refresh as well, and the next `up` still mends it", async () => {
    await changePolicy(900);
    const refresh = await project.pulumi("refresh", "--yes", "--stack", "test");
    expect(refresh.status).toBe(0);
    const up = await project.up();
    expect(up.text).toContain("1 updated");
    expect((await project.preview()).text).toContain("12 unchanged");
  });

  it("leaves a machine alone that was failed over by hand, and says so", async () => {
    const failover = await project.siterecovery("failover", "web1", "--commit");
    expect(failover.stdout).toContain("web1 runs at the recovery side");
    const up = await project.up();
    expect(up.text).toMatch(/web1 runs at the recovery side, moved outside of this program.*left alone/);
    expect(up.text).toContain("12 unchanged");
    expect((await web1()).activeLocation).toBe("recovery");
  });

  it("adopts it on refresh, and the next `up` does not undo it either", async () => {
    const refresh = await project.pulumi("refresh", "--yes", "--stack", "test");
    expect(refresh.status, refresh.text).toBe(0);
    const { stdout } = await project.pulumi("stack", "export", "--stack", "test");
    expect(stdout).toContain('"activeLocation": "recovery"');
    const up = await project.up();
    expect(up.text).not.toContain("replaced");
    expect((await web1()).activeLocation).toBe("recovery");
  });

  it("takes the move over when the program's text says so, without moving anything", async () => {
    project.define({ machines: [{ name: "web1", activeLocation: "recovery" }] });
    const jobs = await project.json<object[]>("jobs");
    const up = await project.up();
    expect(up.status).toBe(0);
    expect(await project.json<object[]>("jobs")).toHaveLength(jobs.length);
    expect((await project.preview()).text).toContain("12 unchanged");
    project.define({ machines: [{ name: "web1", activeLocation: "primary" }] });
    expect((await project.up()).text).toContain("1 updated");
    expect((await web1()).protectionState).toBe("Protected");
  });

  it("makes a thing again that was deleted behind its back", async () => {
    const engine = await openEngine({ home: project.path(".siterecovery") });
    const id = engine.listThings({ kind: "network-mapping" })[0]!.id;
    await engine.removeThing(id);
    engine.close();
    const preview = await project.preview();
    expect(preview.text).toContain("was deleted outside of the program; it will be made again");
    expect((await project.up()).text).toContain("1 updated");
    expect((await project.preview()).text).toContain("12 unchanged");
  });
});
