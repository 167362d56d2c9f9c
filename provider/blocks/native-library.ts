/**
 * Functions of the C library, and of the libraries that Node brings, that it does not offer itself. They are called through koffi, which brings prebuilt binaries;
 * where it has none for the platform, or is not installed, there are none.
 */
import { createRequire } from "node:module";

/** What is used of koffi. */
interface Koffi {
  load(library: null): { func(prototype: string): (...values: NativeValue[]) => number | bigint | null };
  errno(): number;
}

/** A number, or memory whose first byte's address is passed. The function must not keep it. */
export type NativeValue = number | Uint8Array;

/** A function that returns a number or an address. Gives its result, 0 for no address, and `errno` for a negative one. */
export type NativeCall = (...values: NativeValue[]) => { readonly result: number; readonly errno: number };

let koffi: Koffi | undefined | "none";

function loadKoffi(): Koffi | undefined {
  if (koffi !== undefined) return koffi === "none" ? undefined : koffi;
  koffi = "none";
  if (process.platform === "win32") return undefined;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
    return koffi;
  } catch {
    // Not there, or without a binary for this platform: each caller says what it does then.
    return undefined;
  }
}

/**
 * Returns what gives the function with a prototype such as `int flock(int, int)`, or `undefined` where it cannot be had.
 * It is loaded at its first use.
 */
export function nativeCall(prototype: string): () => NativeCall | undefined {
  let loaded: { readonly call: NativeCall | undefined } | undefined;
  return () => (loaded ??= { call: loadCall(prototype) }).call;
}

function loadCall(prototype: string): NativeCall | undefined {
  const loaded = loadKoffi();
  if (loaded === undefined) return undefined;
  try {
    const call = loaded.load(null).func(prototype);
    return (...values) => {
      const result = Number(call(...values));
      return { result, errno: result < 0 ? loaded.errno() : 0 };
    };
  } catch {
    return undefined;
  }
}
