import { isLoopbackName } from "../loopback.ts";

/** What is wrong with the address of a webhook; `undefined` if nothing is. Says nothing of the address itself. */
export function errorOfUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "it is no address; write it like https://example.org/hook";
  if (url.username !== "" || url.password !== "")
    return "user and password do not belong into an address; use urlFrom";
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "it begins with neither https:// nor http://";
  return isLoopbackName(url.hostname)
    ? undefined
    : "without https:// anybody on the way could read it and answer; only this computer may do without";
}
