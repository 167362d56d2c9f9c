/** Reads properties of many objects by the server's property collector, a page at a time. */
import { said } from "../message.ts";
import type { SoapElement } from "./soap-answer.ts";
import type { ManagedObject } from "./soap-request.ts";
import { type SoapObject } from "./soap-request.ts";
import type { VsphereSession } from "./vsphere-session.ts";

/** An object, with those of the asked properties that it has. */
export interface ObjectProperties {
  readonly object: ManagedObject;
  /** By path: `config.hardware.device`. */
  readonly properties: ReadonlyMap<string, SoapElement>;
}

/** So that a page of machines with many devices stays far below the longest answer. */
const pageSize = 100;

interface Asked {
  readonly type: string;
  readonly paths: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Properties of these objects, which are of one type. Throws `NotFound` if one is not there any more. */
export async function readProperties(
  session: VsphereSession,
  objects: readonly ManagedObject[],
  asked: Asked,
): Promise<ObjectProperties[]> {
  if (objects.length === 0) return [];
  const objectSet = objects.map((obj) => ({ obj }));
  return Array.fromAsync(collect(session, objectSet, asked));
}

/** Properties of all objects of a type that the account sees. */
export async function* readAll(session: VsphereSession, asked: Asked): AsyncGenerator<ObjectProperties> {
  const { viewManager, rootFolder } = await session.content();
  const what = said`list what is of the type ${asked.type}`;
  const parameters = { container: rootFolder, type: [asked.type], recursive: true };
  const { signal } = asked;
  const answer = await session.call({
    method: "CreateContainerView",
    target: viewManager,
    parameters,
    what,
    signal,
  });
  const view = answer.at("returnval").reference!;
  try {
    const selectSet = {
      "xsi:type": "TraversalSpec",
      name: "view",
      type: "ContainerView",
      path: "view",
      skip: false,
    };
    yield* collect(session, [{ obj: view, skip: true, selectSet: [selectSet] }], asked);
  } finally {
    // The view ends with the session at the latest.
    await session.call({ method: "DestroyView", target: view, what }).catch(() => undefined);
  }
}

async function* collect(
  session: VsphereSession,
  objectSet: readonly SoapObject[],
  { type, paths, signal }: Asked,
): AsyncGenerator<ObjectProperties> {
  const { propertyCollector: target } = await session.content();
  const what = said`read what is of the type ${type}`;
  const propSet = [{ type, all: false, pathSet: paths }];
  let parameters: SoapObject = { specSet: [{ propSet, objectSet }], options: { maxObjects: pageSize } };
  let method = "RetrievePropertiesEx";
  let token: string | undefined;
  try {
    do {
      const answer = await session.call({ method, target, parameters, what, signal });
      const page = answer.at("returnval");
      token = page.at("token").text;
      method = "ContinueRetrievePropertiesEx";
      parameters = { token };
      for (const found of page.all("objects")) yield toProperties(found);
    } while (token !== undefined);
  } finally {
    // The server keeps what was not fetched otherwise.
    if (token !== undefined) {
      const cancel = { method: "CancelRetrievePropertiesEx", target, parameters: { token }, what };
      await session.call(cancel).catch(() => undefined);
    }
  }
}

function toProperties(found: SoapElement): ObjectProperties {
  const properties = found.all("propSet").map((one) => [one.at("name").text ?? "", one.at("val")] as const);
  return { object: found.at("obj").reference!, properties: new Map(properties) };
}
