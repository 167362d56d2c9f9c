/** What the vSphere API refuses, in the product's words. */
import { type ErrorCode, SiteRecoveryError } from "../errors.ts";
import { type Message, plain, said } from "../message.ts";
import type { SoapElement } from "./soap-answer.ts";

/** A fault of the API. Its text never has anything of the request. */
export interface VsphereFault {
  /** Such as `InvalidPowerState`. */
  readonly name: string;
  /** What the server says of it; may be empty. */
  readonly text: string;
  /** The privilege that is missing, of `NoPermission`. */
  readonly privilege: string | undefined;
}

const textMax = 300;

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > textMax ? `${line.slice(0, textMax - 3)}...` : line;
}

/** The fault that a SOAP `Fault` element holds. */
export function faultOf(element: SoapElement): VsphereFault {
  const [detail] = element.at("detail").all();
  const name = detail?.type ?? detail?.name.replace(/Fault$/, "") ?? "";
  return {
    name: name === "" ? "Fault" : name,
    text: cut(element.at("faultstring").text ?? ""),
    privilege: detail?.at("privilegeId").text,
  };
}

/** The fault that a task ended with (`LocalizedMethodFault`). */
export function faultOfTask(error: SoapElement): VsphereFault {
  const fault = error.at("fault");
  return {
    name: fault.type ?? "Fault",
    text: cut(error.at("localizedMessage").text ?? ""),
    privilege: fault.at("privilegeId").text,
  };
}

/** What becomes of a fault, by its name. */
export type FaultMeanings = Readonly<Record<string, { readonly code: ErrorCode; readonly remedy: string }>>;

const usualMeanings: FaultMeanings = {
  NoPermission: { code: "PrerequisitesNotMet", remedy: "Give the account a role with it." },
  ManagedObjectNotFound: { code: "NotFound", remedy: "Look at the inventory again." },
  NotFound: { code: "NotFound", remedy: "Look at the inventory again." },
  ToolsUnavailable: { code: "PrerequisitesNotMet", remedy: "Start VMware Tools in its guest." },
  ApplicationQuiesceFault: { code: "JobFailed", remedy: "Look into the log of VMware Tools in its guest." },
  InvalidPowerState: { code: "ActionNotAllowed", remedy: "Its power has changed meanwhile; run it again." },
  InvalidState: { code: "ActionNotAllowed", remedy: "Look at its state in vCenter." },
  InvalidVmConfig: { code: "PrerequisitesNotMet", remedy: "Look at its settings in vCenter." },
  NotSupported: { code: "UnsupportedMachine", remedy: "The machine or its host has no such ability." },
  MethodDisabled: { code: "Busy", remedy: "Another program has locked it; wait for its end." },
  MethodNotFound: { code: "PrerequisitesNotMet", remedy: "The server is too old for it, or a simulator." },
  TaskInProgress: { code: "Busy", remedy: "Wait for the other task and run it again." },
  ConcurrentAccess: { code: "Busy", remedy: "Run it again." },
  ResourceInUse: { code: "Busy", remedy: "Wait for its end and run it again." },
  FileLocked: { code: "Busy", remedy: "Another program has its disk open; wait for its end." },
  NoDiskSpace: { code: "DiskFull", remedy: "Free some space on its datastore." },
  InsufficientResourcesFault: { code: "Busy", remedy: "Its host has no room for it now." },
  HostNotConnected: { code: "SourceUnreachable", remedy: "Bring its host back." },
  HostNotReachable: { code: "SourceUnreachable", remedy: "Bring its host back." },
  HostCommunication: { code: "SourceUnreachable", remedy: "Bring its host back." },
  InvalidHostConnectionState: { code: "SourceUnreachable", remedy: "Bring its host back." },
  RequestCanceled: { code: "Cancelled", remedy: "Somebody has cancelled it in vCenter." },
};

export interface Tried {
  /** What was tried: `power on web1`. */
  readonly what: Message;
  /** What faults mean here, where that is something else than elsewhere. */
  readonly meanings?: FaultMeanings;
}

export function vsphereError(
  fault: VsphereFault,
  host: string,
  { what, meanings }: Tried,
): SiteRecoveryError {
  const { name, text, privilege } = fault;
  const { code, remedy } = meanings?.[name] ?? usualMeanings[name] ?? { code: "IoFailed", remedy: "" };
  const lacks = privilege === undefined ? said`` : said` (privilege ${privilege})`;
  const isSilent = text === "" || text === name;
  const because = isSilent ? said`` : said`: ${text}`;
  const stop = !isSilent && /[.!?]$/.test(text) ? said`` : said`.`;
  const ending = remedy === "" ? said`` : said` ${plain(remedy)}`;
  const message = said`${host} does not ${what}: ${name}${lacks}${because}${stop}${ending}`;
  return new SiteRecoveryError(code, message, { target: host });
}
