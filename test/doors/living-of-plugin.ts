import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import { expect } from "vitest";
import { kinds } from "../../provider/kinds/registry.ts";
import { ProviderSession } from "../../provider/plugin/provider-session.ts";
import { ResourceService } from "../../provider/plugin/resource-service.ts";
import type { Kept, Values } from "./door.ts";
import type { Living, Scene, Where } from "./living.ts";
import { secret, toStruct } from "./plugin-client.ts";
import { withValue } from "./secret-places.ts";
import { inPlain } from "./secret-values.ts";

export class OfPlugin implements Living {
  readonly #where: Where;
  readonly #scene: Scene;
  readonly #service: ResourceService;
  readonly #urn: string;
  #kept: Kept = { id: "", state: {} };
  #inputs: Values = {};

  constructor(where: Where, scene: Scene) {
    this.#where = where;
    this.#scene = scene;
    this.#service = new ResourceService(new ProviderSession(scene.surroundings));
    this.#urn = `urn:pulumi:dev::proj::siterecovery:index:${kinds[where.kind].className}::it`;
  }

  async #checked(value: unknown): Promise<Values> {
    const news = toStruct(withValue(this.#where.kind, this.#where.place, secret(value)));
    const request = new messages.CheckRequest()
      .setUrn(this.#urn)
      .setOlds(toStruct(this.#inputs))
      .setNews(news);
    const answer = await this.#service.check(request);
    expect(answer.getFailuresList()).toEqual([]);
    const inputs = answer.getInputs()!.toJavaScript() as Values;
    this.#scene.said.push(inPlain(inputs));
    return inputs;
  }

  #keep(id: string, state: Values): void {
    this.#kept = { id: id || this.#kept.id, state };
    this.#scene.said.push(inPlain(this.#kept));
  }

  /** What an error tells people, and what it keeps. */
  #failed(error: unknown): void {
    const { details, metadata } = error as { details: string; metadata?: { get(key: string): unknown[] } };
    this.#scene.said.push(details);
    const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
    if (bytes === undefined) return;
    const status = statusMessages.Status.deserializeBinary(bytes as Buffer);
    const packed = status.getDetailsList()[0]!.getValue_asU8();
    const detail = messages.ErrorResourceInitFailed.deserializeBinary(packed);
    this.#scene.said.push(...detail.getReasonsList());
    this.#keep(detail.getId(), detail.getProperties()!.toJavaScript() as Values);
  }

  async create(value: unknown): Promise<void> {
    this.#inputs = await this.#checked(value);
    const request = new messages.CreateRequest().setUrn(this.#urn).setProperties(toStruct(this.#inputs));
    try {
      const made = await this.#service.create(request);
      this.#keep(made.getId(), made.getProperties()!.toJavaScript() as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async refresh(): Promise<void> {
    const request = new messages.ReadRequest().setUrn(this.#urn).setId(this.#kept.id);
    request.setProperties(toStruct(this.#kept.state)).setInputs(toStruct(this.#inputs));
    try {
      const found = await this.#service.read(request);
      this.#inputs = found.getInputs()!.toJavaScript() as Values;
      this.#scene.said.push(inPlain(this.#inputs));
      this.#keep(found.getId(), found.getProperties()!.toJavaScript() as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async diff(value: unknown): Promise<void> {
    const news = await this.#checked(value);
    const request = new messages.DiffRequest().setUrn(this.#urn).setId(this.#kept.id);
    request.setOlds(toStruct(this.#kept.state)).setOldInputs(toStruct(this.#inputs)).setNews(toStruct(news));
    try {
      const answer = await this.#service.diff(request);
      this.#scene.said.push(JSON.stringify(answer.toObject()));
    } catch (error) {
      this.#failed(error);
    }
  }

  async update(value: unknown): Promise<void> {
    const news = await this.#checked(value);
    const request = new messages.UpdateRequest().setUrn(this.#urn).setId(this.#kept.id);
    request.setOlds(toStruct(this.#kept.state)).setOldInputs(toStruct(this.#inputs)).setNews(toStruct(news));
    this.#inputs = news;
    try {
      const made = await this.#service.update(request);
      this.#keep("", made.getProperties()!.toJavaScript() as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async delete(): Promise<void> {
    const request = new messages.DeleteRequest().setUrn(this.#urn).setId(this.#kept.id);
    request.setProperties(toStruct(this.#kept.state));
    await this.#service.delete(request).catch((error: unknown) => this.#failed(error));
  }
}
