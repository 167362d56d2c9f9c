import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { ProviderSession } from "../../provider/plugin/provider-session.ts";
import { serve } from "../../provider/plugin/serve.ts";
import type { Changes, Door, Kept, Values } from "./door.ts";
import { PluginClient, toStruct } from "./plugin-client.ts";
import type { PolicyWorld } from "./policy-world.ts";

const ofType = "urn:pulumi:dev::proj::siterecovery:index:ReplicationPolicy";
export const urn = `${ofType}::gold`;

type Message<Name extends "CheckResponse" | "CreateResponse" | "UpdateResponse" | "ReadResponse"> =
  InstanceType<(typeof messages)[Name]>;

/** What the plugin answered to `Diff`, with the kind of each property's change. */
export interface DetailedChanges extends Changes {
  readonly detailed: Values;
}

const kindNames = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

/** The plugin, called as Pulumi's engine calls it: over gRPC. */
export class PluginDoor implements Door {
  readonly told: string[];
  logicalName = "gold";
  readonly client: PluginClient;
  readonly #stop: () => void;
  ignored: string[] = [];
  timeoutSeconds = 0;

  private constructor(world: PolicyWorld, port: number, stop: () => void) {
    this.told = world.told;
    this.client = new PluginClient(port);
    this.#stop = stop;
  }

  static async open(world: PolicyWorld): Promise<PluginDoor> {
    const { port, stop } = await serve(new ProviderSession(world.surroundings));
    return new PluginDoor(world, port, stop);
  }

  get #urn(): string {
    return `${ofType}::${this.logicalName}`;
  }

  async check(olds: Values, news: Values): ReturnType<Door["check"]> {
    const request = new messages.CheckRequest()
      .setUrn(this.#urn)
      .setOlds(toStruct(olds))
      .setNews(toStruct(news));
    const answer = await this.client.call<Message<"CheckResponse">>("check", request);
    return {
      inputs: answer.getInputs()!.toJavaScript() as Values,
      failures: answer
        .getFailuresList()
        .map((one) => ({ property: one.getProperty(), reason: one.getReason() })),
    };
  }

  async diff({ id, state }: Kept, sides: { oldInputs: Values; inputs: Values }): Promise<DetailedChanges> {
    const request = new messages.DiffRequest().setUrn(this.#urn).setId(id).setOlds(toStruct(state));
    request.setOldInputs(toStruct(sides.oldInputs)).setNews(toStruct(sides.inputs));
    request.setIgnorechangesList(this.ignored);
    const answer = await this.client.call<InstanceType<typeof messages.DiffResponse>>("diff", request);
    const details = answer.toObject().detaileddiffMap as unknown as [string, { kind: number }][];
    return {
      changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
      detailed: Object.fromEntries(details.map(([path, { kind }]) => [path, kindNames[kind]])),
    };
  }

  async create(inputs: Values, preview = false): Promise<Kept> {
    const request = new messages.CreateRequest().setUrn(this.#urn).setProperties(toStruct(inputs));
    request.setPreview(preview).setTimeout(this.timeoutSeconds);
    const answer = await this.client.call<Message<"CreateResponse">>("create", request);
    return { id: answer.getId(), state: answer.getProperties()!.toJavaScript() as Values };
  }

  async update(
    { id, state }: Kept,
    sides: { oldInputs: Values; inputs: Values },
    preview = false,
  ): Promise<Kept> {
    const request = new messages.UpdateRequest().setUrn(this.#urn).setId(id).setOlds(toStruct(state));
    request.setOldInputs(toStruct(sides.oldInputs)).setNews(toStruct(sides.inputs)).setPreview(preview);
    const answer = await this.client.call<Message<"UpdateResponse">>("update", request);
    return { id, state: answer.getProperties()!.toJavaScript() as Values };
  }

  async read({ id, state }: Kept, inputs: Values): ReturnType<Door["read"]> {
    const request = new messages.ReadRequest().setUrn(this.#urn).setId(id);
    request.setProperties(toStruct(state)).setInputs(toStruct(inputs));
    const answer = await this.client.call<Message<"ReadResponse">>("read", request);
    if (answer.getId() === "") return undefined;
    return {
      id: answer.getId(),
      state: answer.getProperties()!.toJavaScript() as Values,
      inputs: answer.getInputs()!.toJavaScript() as Values,
    };
  }

  async delete({ id, state }: Kept): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(this.#urn).setId(id).setProperties(toStruct(state));
    await this.client.call("delete", request);
  }

  close(): void {
    this.client.close();
    this.#stop();
  }
}
