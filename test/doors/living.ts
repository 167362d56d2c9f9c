/** A resource with a secret argument, in a stack whose handler quotes everything. */
import { VirtualClock } from "../../provider/clock.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { Surroundings } from "../../provider/pulumi/lifecycle-call.ts";
import { EchoHandler } from "./echo-handler.ts";
import type { Place } from "./secret-places.ts";

export interface Where {
  readonly kind: KindName;
  readonly place: Place;
}

/** A resource of a kind in a stack, whose argument at a place is secret. */
export interface Living {
  /** Each adds to `said`; what fails keeps what Pulumi's engine would keep. */
  create(value: unknown): Promise<void>;
  refresh(): Promise<void>;
  diff(value: unknown): Promise<void>;
  update(value: unknown): Promise<void>;
  delete(): Promise<void>;
}

/** The world around one resource. */
export class Scene {
  readonly said: string[] = [];
  readonly handler: EchoHandler;

  constructor(kind: KindName) {
    this.handler = new EchoHandler(kind);
  }

  get surroundings(): Surroundings {
    return {
      connect: async () => this.handler,
      link: { tell: (_urn, _severity, text) => void this.said.push(text), settled: async () => undefined },
      clock: new VirtualClock(),
      declared: new Map(),
    };
  }
}
