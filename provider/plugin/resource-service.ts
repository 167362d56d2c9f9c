/** Pulumi's calls about resources, each turned into one of `ResourceLifecycle`. */
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { isIdOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { presentable } from "../pulumi/presentable.ts";
import { ResourceLifecycle } from "../pulumi/resource-lifecycle.ts";
import { keptInputs } from "../pulumi/resource-state.ts";
import { detailedDiff } from "./detailed-diff.ts";
import { foreseen } from "./foreseen.ts";
import { namedInputs } from "./named-inputs.ts";
import { receive, send, sendState } from "./property-values.ts";
import { type ResourceName, resourceOf } from "./resource-calls.ts";
import type { ProviderSession } from "./provider-session.ts";
import { plain, said } from "../message.ts";

type Message<Name extends keyof typeof messages> = (typeof messages)[Name] extends new () => infer Made
  ? Made
  : never;

/** An id of something else would be read as if it were this. Throws `InvalidInput`. */
function requireIdOf({ kind }: ResourceName, id: string): void {
  if (isIdOf(kind, id)) return;
  const form = `/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/${kind.path}`;
  const message = said`"${id}" is not the id of a ${plain(kind.title)}; such an id is ${form}.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: id });
}

/** Errors are those of `rpc-error.ts`. */
export class ResourceService {
  readonly #session: ProviderSession;

  constructor(session: ProviderSession) {
    this.#session = session;
  }

  #lifecycle({ kind }: ResourceName): ResourceLifecycle {
    return new ResourceLifecycle(kind, this.#session.surroundings);
  }

  async check(request: Message<"CheckRequest">): Promise<Message<"CheckResponse">> {
    const resource = resourceOf(request.getUrn());
    const { values: wanted, secrets } = receive(request.getNews());
    const { values: before } = receive(request.getOlds());
    secrets.addPlain(wanted);
    const { inputs, failures } = namedInputs(resource, { wanted, before }, request.getAutonaming());
    secrets.addMarked(resource.schema, inputs);
    return this.#session.attend({ resource, secrets }, async (calling) => {
      const found = failures.length > 0 ? failures : await this.#lifecycle(resource).check(calling, inputs);
      const answer = new messages.CheckResponse();
      answer.setInputs(send(inputs, secrets));
      for (const one of found) {
        const { property, reason } = presentable(one, { kind: resource.kind.kind, news: inputs, secrets });
        const failure = new messages.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        answer.addFailures(failure);
      }
      return answer;
    });
  }

  async diff(request: Message<"DiffRequest">): Promise<Message<"DiffResponse">> {
    const resource = resourceOf(request.getUrn());
    const { values: state, secrets } = receive(request.getOlds());
    const { values: wanted, secrets: secretsOfWanted } = receive(request.getNews());
    receive(request.getNews(), secrets);
    const { values: before } = receive(request.getOldInputs(), secrets);
    secrets.addMarked(resource.schema, wanted);
    secrets.addPlain([wanted, request.getId()]);
    return this.#session.attend({ resource, secrets }, async (calling) => {
      const told = { ...calling, secretPaths: () => secretsOfWanted.paths };
      const found = await this.#lifecycle(resource).diff(told, request.getId(), { state, wanted, before });
      const ignored = request.getIgnorechangesList();
      const last = keptInputs(resource.kind, state, before);
      const shownPath = (path: string): string => secrets.upToSecret(path);
      return detailedDiff(found, { before: last, wanted, ignored, shownPath });
    });
  }

  async create(request: Message<"CreateRequest">): Promise<Message<"CreateResponse">> {
    const resource = resourceOf(request.getUrn());
    const { values: wanted, secrets } = receive(request.getProperties());
    secrets.addMarked(resource.schema, wanted);
    secrets.addPlain(wanted);
    const answer = new messages.CreateResponse();
    const limit = { seconds: request.getTimeout(), option: "create" } as const;
    return this.#session.attend({ resource, secrets, limit }, async (calling) => {
      const made = request.getPreview()
        ? { id: "", state: foreseen(resource.kind, wanted) }
        : await this.#lifecycle(resource).create({ ...calling, secretPaths: () => secrets.paths }, wanted);
      answer.setId(made.id);
      answer.setProperties(sendState(resource.kind, made.state, secrets));
      return answer;
    });
  }

  async update(request: Message<"UpdateRequest">): Promise<Message<"UpdateResponse">> {
    const resource = resourceOf(request.getUrn());
    const { values: state, secrets } = receive(request.getOlds());
    const { values: wanted, secrets: secretsOfWanted } = receive(request.getNews());
    receive(request.getNews(), secrets);
    const { values: before } = receive(request.getOldInputs(), secrets);
    secrets.addMarked(resource.schema, wanted);
    secrets.addPlain([wanted, request.getId()]);
    const answer = new messages.UpdateResponse();
    const limit = { seconds: request.getTimeout(), option: "update" } as const;
    return this.#session.attend({ resource, secrets, limit }, async (calling) => {
      const sides = { state, wanted, before };
      const made = request.getPreview()
        ? { state: foreseen(resource.kind, wanted) }
        : await this.#lifecycle(resource).update(
            { ...calling, secretPaths: () => secretsOfWanted.paths },
            request.getId(),
            sides,
          );
      answer.setProperties(sendState(resource.kind, made.state, secrets));
      return answer;
    });
  }

  async read(request: Message<"ReadRequest">): Promise<Message<"ReadResponse">> {
    const resource = resourceOf(request.getUrn());
    const { values: state, secrets } = receive(request.getProperties());
    const { values: inputs } = receive(request.getInputs(), secrets);
    secrets.addPlain(request.getId());
    const answer = new messages.ReadResponse();
    const limit = { seconds: request.getTimeout(), option: "read" } as const;
    return this.#session.attend({ resource, secrets, limit }, async (calling) => {
      // An import brings neither: then all settings are told, and there is no text of a program to compare them with.
      const isImport = Object.keys(inputs).length === 0;
      if (isImport) requireIdOf(resource, request.getId());
      const sides = isImport ? { state } : { state, before: inputs };
      secrets.addMarked(resource.schema, inputs);
      // Of a resource that is only read (`get`), Pulumi sends properties, though there may be none in them.
      const adopts = isImport && !request.hasProperties();
      const found = await this.#lifecycle(resource).read({ ...calling, adopts }, request.getId(), sides);
      if (!found) return answer;
      secrets.addMarked(resource.schema, found.inputs);
      answer.setId(found.id);
      answer.setProperties(sendState(resource.kind, found.state, secrets));
      answer.setInputs(send(found.inputs, secrets));
      return answer;
    });
  }

  async delete(request: Message<"DeleteRequest">): Promise<void> {
    const resource = resourceOf(request.getUrn());
    const { values: state, secrets } = receive(request.getProperties());
    secrets.addPlain(request.getId());
    const limit = { seconds: request.getTimeout(), option: "delete" } as const;
    await this.#session.attend({ resource, secrets, limit }, (calling) =>
      this.#lifecycle(resource).delete(calling, request.getId(), state),
    );
  }
}
