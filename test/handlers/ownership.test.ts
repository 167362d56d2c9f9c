import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { Resource } from "./owner-of.ts";
import path from "node:path";

let site: Site;
let vault: Handler;
const wanted = { resourceGroupName: "dr", vaultName: "quay" };

beforeEach(async () => {
  site = await Site.make();
  vault = handlerOf("vault", site.engine);
});
afterEach(() => site.remove());

async function made(resource: Resource): Promise<string> {
  const live = await vault.create(wanted, resource.work);
  resource.kept = live.mark;
  return live.id;
}

describe("an owner", () => {
  it("goes on with a creation that was cut short, whose state knows nothing of it", async () => {
    const id = await made(new Resource("v"));
    const again = new Resource("v");
    expect((await vault.create(wanted, again.work)).id).toBe(id);
    expect(site.engine.listThings({ kind: "vault" })).toHaveLength(2);
  });

  it("with other settings than the thing has is refused, with the line to import it by", async () => {
    await made(new Resource("v"));
    const create = vault.create({ ...wanted, tags: { a: "b" } }, new Resource("v").work);
    await expect(create).rejects.toThrow(/exists already and differs in tags\.a.*pulumi import/);
  });

  it("stays one under a new name or in a new stack, as after an alias, a move or a rename", async () => {
    const own = new Resource("v");
    const id = await made(own);
    for (const next of [own.renamed("w"), own.renamed("w", "renamed")]) {
      const { changes, notices, needsMark } = await vault.diff(id, wanted, wanted, next);
      expect({ changes, notices, needsMark }).toEqual({ changes: [], notices: [], needsMark: undefined });
      expect(site.engine.owners.of(id)?.urn).toBe(next.urn);
    }
    await vault.delete(id, own.renamed("w", "renamed").work);
    expect(site.engine.findThing(id)).toBeUndefined();
  });

  it("of a thing of a former version is the first resource that has it in its state", async () => {
    const { id } = await vault.create(wanted, quiet);
    const [own, other] = [new Resource("v"), new Resource("v", "another")];
    expect((await vault.diff(id, wanted, wanted, own)).notices).toEqual([]);
    const { notices } = await vault.diff(id, wanted, wanted, other);
    expect(notices[0]?.text).toMatch(/belongs to .*prod.* neither changes nor deletes it.*getVault/);
    await vault.delete(id, other.work);
    expect(site.engine.findThing(id)).toBeDefined();
    await vault.delete(id, own.work);
    expect(site.engine.findThing(id)).toBeUndefined();
  });

  it("without a mark yet that was renamed in its stack takes the thing along", async () => {
    const { id } = await vault.create(wanted, quiet);
    await vault.diff(id, wanted, wanted, new Resource("v"));
    const renamed = new Resource("w");
    expect((await vault.diff(id, wanted, wanted, renamed)).notices).toEqual([]);
    // The same thing declared twice: the program has the other one as well.
    const twice = new Resource("v");
    twice.declared.set(renamed.urn, { allowsReplicaDeletion: false });
    expect((await vault.diff(id, wanted, wanted, twice)).notices).toHaveLength(1);
  });

  it("whose state was put back from a copy asks for an update that writes its mark", async () => {
    const own = new Resource("v");
    const id = await made(own);
    const restored = new Resource("v");
    expect((await vault.diff(id, wanted, wanted, restored)).needsMark).toBe(true);
    expect((await vault.update(id, wanted, wanted, restored.work)).mark).toEqual(own.kept);
  });

  it("is replaced on purpose: by adoption with the program's settings, and by an import", async () => {
    const id = await made(new Resource("v"));
    const adopting = new Resource("v", "another");
    adopting.adopts = true;
    const live = await vault.create({ ...wanted, tags: { a: "b" } }, adopting.work);
    expect(live.inputs).toMatchObject({ tags: { a: "b" } });
    expect(site.engine.owners.of(id)?.urn).toBe(adopting.urn);
    expect(adopting.told.join()).toContain("taken over from");
    const importing = new Resource("v", "third");
    importing.adopts = true;
    importing.kept = (await vault.read(id, importing))!.mark;
    expect(site.engine.owners.of(id)?.urn).toBe(importing.urn);
    expect((await vault.diff(id, wanted, wanted, importing)).needsMark).toBeUndefined();
  });

  it("is nobody after `disown`, and then whoever declares the thing", async () => {
    const id = await made(new Resource("v"));
    await site.engine.owners.release(id);
    const next = new Resource("v", "another");
    next.kept = (await vault.create(wanted, next.work)).mark;
    expect(site.engine.owners.of(id)).toMatchObject({ urn: next.urn, mark: next.kept!.mark });
  });

  it("is not found in the engine of another home: that is said, and nothing is dropped", async () => {
    const own = new Resource("v");
    const id = await made(own);
    const elsewhere = await openEngine({ home: path.join(site.folder, "elsewhere") });
    try {
      const other = handlerOf("vault", elsewhere);
      const calls = [
        () => other.diff(id, wanted, wanted, own),
        () => other.read(id, own),
        () => other.update(id, wanted, wanted, own.work),
        () => other.delete(id, own.work),
      ];
      for (const call of calls)
        await expect(call()).rejects.toThrow(
          /was made in the engine .*home; the provider now points at .*elsewhere/,
        );
      expect(elsewhere.findThing(id)).toBeUndefined();
    } finally {
      elsewhere.close();
    }
  });
});

describe("a replacement", () => {
  it("that would delete a replica is refused unless the program consents", async () => {
    const items = handlerOf("protected-item", site.engine);
    const own = new Resource("web1");
    const { id, mark } = await items.create(site.item, own.work);
    own.kept = mark;
    const other = { ...site.item, resourceGroupName: "other" };
    own.declared.set(own.urn, { allowsReplicaDeletion: false });
    const refusal = /would delete its replica and all recovery points.*allowReplicaDeletion: true/;
    await expect(items.diff(id, site.item, other, own)).rejects.toThrow(refusal);
    await expect(items.delete(id, own.work)).rejects.toThrow(refusal);
    expect(await site.engine.recoveryPoints(id)).not.toEqual([]);
    own.declared.set(own.urn, { allowsReplicaDeletion: true });
    expect((await items.diff(id, site.item, other, own)).replaces).toEqual(["resourceGroupName"]);
    await items.delete(id, own.work);
    expect(site.engine.findItem(id)).toBeUndefined();
  });

  it("of what others use is refused before anything is deleted", async () => {
    const own = new Resource("v");
    const id = site.engine.listThings({ kind: "vault" })[0]!.id;
    const before = { resourceGroupName: "dr", vaultName: "dr-vault" };
    own.declared.set(own.urn, { allowsReplicaDeletion: false });
    const diff = vault.diff(id, before, { ...before, location: "elsewhere" }, own);
    await expect(diff).rejects.toThrow(/change of location replaces the vault dr-vault.*in use by/);
  });
});

describe("the deletion of a vault", () => {
  const policy = {
    resourceGroupName: "dr",
    resourceName: "quay",
    policyName: "five",
    properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } },
  };

  it("takes settings along that its stack left behind, and no others", async () => {
    const own = new Resource("v");
    const id = await made(own);
    const five = new Resource("five");
    await handlerOf("policy", site.engine).create(policy, five.work);
    const stranger = new Resource("six", "another");
    const six = await handlerOf("policy", site.engine).create(
      { ...policy, policyName: "six" },
      stranger.work,
    );
    await expect(vault.delete(id, own.work)).rejects.toThrow(/in use by replication policy six/);
    stranger.kept = six.mark;
    await handlerOf("policy", site.engine).delete(six.id, stranger.work);
    own.declared.set(five.urn, { allowsReplicaDeletion: false });
    await expect(vault.delete(id, own.work)).rejects.toThrow(/in use by replication policy five/);
    own.declared.clear();
    await vault.delete(id, own.work);
    expect(own.told.join()).toContain("deleted with the vault quay: replication policy five");
    expect(site.engine.listThings({ under: id })).toEqual([]);
  });

  it("never takes a replica along", async () => {
    const items = handlerOf("protected-item", site.engine);
    const { id } = await items.create(site.item, new Resource("web1").work);
    const { id: vaultId } = site.engine.listThings({ kind: "vault" })[0]!;
    await expect(vault.delete(vaultId, new Resource("v").work)).rejects.toThrow(
      /in use by .*protected item web1/,
    );
    expect(await site.engine.recoveryPoints(id)).not.toEqual([]);
  });
});
