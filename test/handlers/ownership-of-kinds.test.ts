/** Every kind, as the examples of the six flows declare them: no resource changes or deletes what another one owns. */
import { describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { DeclaredExample, flowExamples } from "./declared-example.ts";
import { Resource } from "./owner-of.ts";

describe.each(flowExamples)("what the example of %s declares", (_flow, definition) => {
  it("is not created, changed or deleted by another resource than its own", async () => {
    const example = await DeclaredExample.make(definition);
    try {
      for (const declaration of example.declarations) {
        const { kind, inputs, logicalName } = declaration;
        const id = example.idOf(declaration);
        const handler = handlerOf(kind, example.engine);
        const own = new Resource(logicalName);
        own.kept = (await handler.create(inputs, own.work)).mark;
        expect(own.kept, logicalName).toBeDefined();
        const other = new Resource(logicalName, "another");
        const refused = handler.create(inputs, other.work);
        await expect(refused, logicalName).rejects.toMatchObject({ code: "AlreadyExists" });
        await expect(refused, logicalName).rejects.toThrow(
          `belongs to ${own.urn}. To use it here, look it up (get${kinds[kind].className})`,
        );
        await expect(refused, logicalName).rejects.toThrow(
          `\`pulumi import siterecovery:index:Thing ${logicalName} ${id}\``,
        );
        await expect(handler.update(id, inputs, inputs, other.work)).rejects.toThrow(/siterecovery disown/);
        await handler.delete(id, other.work);
        expect(example.engine.findThing(id), logicalName).toBeDefined();
        expect(other.told.join(), logicalName).toContain("was not deleted: it belongs to");
      }
    } finally {
      example.remove();
    }
  });

  it("is kept when its replacement is created first and the original is deleted after it", async () => {
    const example = await DeclaredExample.make(definition);
    try {
      for (const declaration of example.declarations) {
        const { kind, inputs, logicalName } = declaration;
        const id = example.idOf(declaration);
        const handler = handlerOf(kind, example.engine);
        const before = new Resource(logicalName);
        before.kept = (await handler.create(inputs, before.work)).mark;
        const after = new Resource(logicalName);
        after.kept = (await handler.create(inputs, after.work)).mark;
        await handler.delete(id, before.work);
        expect(before.told.join()).toContain("was not deleted: its replacement has it now");
        expect(example.engine.findThing(id), logicalName).toBeDefined();
        expect((await handler.diff(id, inputs, inputs, after)).needsMark).toBeUndefined();
      }
    } finally {
      example.remove();
    }
  });
});
