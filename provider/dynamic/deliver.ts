/**
 * The dynamic provider that really runs, in a process of Pulumi's: from Pulumi's calls to a kind's handler and back.
 * The text in Pulumi's state (courier.ts) loads it under the name `siterecovery/courier`.
 *
 * What Pulumi's host does with the answers decides much here. It passes on of a diff only whether there are changes
 * and which properties replace, so drift is described in words. It prints the stack of what is thrown, so errors are made
 * for it (host-error.ts). An error that carries an id keeps the resource in the state, and then `update` is called
 * next time even if nothing changed.
 */
import module from "node:module";
import type * as pulumi from "@pulumi/pulumi";
import type * as connection from "../connect.ts";
import { systemClock } from "../clock.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { connectOnce } from "../pulumi/connect-once.ts";
import type { Surroundings } from "../pulumi/lifecycle-call.ts";
import { WorkLimits } from "../pulumi/work-limits.ts";
import { Delivery } from "./delivery.ts";
import { openEngineLink } from "../pulumi/engine-link.ts";
import { onHostCancel } from "./host-cancel.ts";
import { silenceBlankLines } from "./host-error.ts";

interface Shared {
  readonly surroundings: Surroundings;
  readonly limits: WorkLimits;
}

let shared: Shared | undefined;

let loading: Promise<Pick<typeof connection, "connect">> | undefined;

/** What was compiled is kept for the next process at once: this one is killed when it is not needed any more. */
function loadConnect(): Promise<Pick<typeof connection, "connect">> {
  loading ??= import("../connect.ts").finally(() => module.flushCompileCache());
  return loading;
}

/** What all providers of the process share. */
function sharedByAll(): Shared {
  if (shared) return shared;
  silenceBlankLines();
  // Pulumi starts the process with the address of its engine as the one argument.
  const link = openEngineLink(process.argv[2]!);
  void link.gone.then(() => process.exit(1));
  module.enableCompileCache();
  const surroundings: Surroundings = {
    // Loaded when first wanted, since most of the code of the product hangs on it.
    connect: connectOnce(async (kind, home) => (await loadConnect()).connect(kind, home)),
    link,
    clock: systemClock,
    declared: new Map(),
  };
  const limits = new WorkLimits(surroundings.clock);
  onHostCancel(() => limits.cancel());
  shared = { surroundings, limits };
  return shared;
}

/** The provider of a kind's resources. */
export function deliver(kind: KindName): pulumi.dynamic.ResourceProvider {
  const { surroundings, limits } = sharedByAll();
  return new Delivery(kinds[kind], surroundings, limits);
}
