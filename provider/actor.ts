/** In whose name this process works: each job and event keeps it. */
import { AsyncLocalStorage } from "node:async_hooks";
import os from "node:os";

const acting = new AsyncLocalStorage<string>();

/** A user id without a name, as in a container, is told as it is. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "?"}`;
  }
}

/** The person at this computer, `anna@ops1`; behind sudo the person who called it as well. */
export function personHere(): string {
  const person = `${userName()}@${os.hostname()}`;
  const caller = process.env["SUDO_USER"];
  return caller === undefined || caller === userName() ? person : `${person} for ${caller}`;
}

/** What does work that nobody has asked for now, `service on ops1`. */
export function serviceHere(): string {
  return `service on ${os.hostname()}`;
}

/** Whose work this is: of `actAs`, else the person at this computer. */
export function whoActs(): string {
  return acting.getStore() ?? personHere();
}

/** Does work in somebody's name, also what it waits for. */
export function actAs<T>(who: string, work: () => T): T {
  return acting.run(who, work);
}
