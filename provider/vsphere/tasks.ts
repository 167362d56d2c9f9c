import { faultOfTask, vsphereError } from "./faults.ts";
import { readProperties } from "./read-properties.ts";
import { SoapElement } from "./soap-answer.ts";
import type { Call, VsphereSession } from "./vsphere-session.ts";

const firstPollMs = 100;
const slowestPollMs = 2000;

/**
 * Calls a method that begins a task, and waits for the end of the task. Returns the task's result. Throws what the task's
 * fault means. When the signal is aborted the task goes on at the server, and nobody waits for it any more.
 */
export async function runTask(session: VsphereSession, call: Call): Promise<SoapElement> {
  const answer = await session.call(call);
  const task = answer.at("returnval").reference!;
  for (let wait = firstPollMs; ; wait = Math.min(wait * 2, slowestPollMs)) {
    const asked = { type: "Task", paths: ["info.state", "info.result", "info.error"], signal: call.signal };
    const [found] = await readProperties(session, [task], asked);
    const at = (path: string): SoapElement => found?.properties.get(path) ?? new SoapElement(undefined);
    const state = at("info.state").text;
    if (state === "success") return at("info.result");
    if (state === "error") throw vsphereError(faultOfTask(at("info.error")), session.host, call);
    await session.clock.sleep(wait, call.signal);
  }
}
