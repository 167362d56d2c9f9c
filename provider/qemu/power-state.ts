/** What a machine does now, as its process and QEMU say. */

export type PowerState =
  | { readonly power: "running" }
  /** QEMU runs and the guest's processors stand still; `why` is QEMU's word, such as `paused`, `io-error`, `prelaunch`. */
  | { readonly power: "paused"; readonly why: string }
  /** It was never started, or QEMU ended in order: the guest shut down, or QEMU was told to quit. */
  | { readonly power: "off" }
  /** QEMU was killed, crashed, or lost its computer; or the guest cannot go on. Dirty bitmaps were not saved. */
  | { readonly power: "crashed"; readonly how: string };

/** The power state for a run state of QEMU's (`query-status`). */
export function powerOfRunState(status: string): PowerState {
  switch (status) {
    case "running":
      return { power: "running" };
    case "shutdown":
      return { power: "off" };
    case "guest-panicked":
      return { power: "crashed", how: "the guest's kernel panicked" };
    case "internal-error":
      return { power: "crashed", how: "QEMU reports an internal error" };
    default:
      return { power: "paused", why: status };
  }
}
