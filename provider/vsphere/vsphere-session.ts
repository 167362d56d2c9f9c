/** A session with a vSphere server: a vCenter server, or an ESXi host by itself. */
import type { Clock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { type Message, said } from "../message.ts";
import { readAccount } from "./credentials.ts";
import { type FaultMeanings, faultOf, type VsphereFault, vsphereError } from "./faults.ts";
import type { VsphereSettings } from "./settings.ts";
import { type SoapElement, soapBody } from "./soap-answer.ts";
import { ManagedObject, type SoapObject, soapRequest } from "./soap-request.ts";
import { VsphereLine } from "./vsphere-line.ts";

export interface VspherePorts {
  readonly clock: Clock;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How long a request may take, in milliseconds. Default: 60 s. */
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method: string;
  readonly target: ManagedObject;
  readonly parameters?: SoapObject;
  /** What is tried, for errors: `power on web1`. */
  readonly what: Message;
  /** What faults mean here, where that is something else than elsewhere; by their names. */
  readonly meanings?: FaultMeanings;
  readonly signal?: AbortSignal | undefined;
}

/** The objects that a server has once. */
export interface ServiceContent {
  /** Such as `VMware vCenter Server 8.0.3 build-24022515`. */
  readonly fullName: string;
  /** Tells one server from all others; `undefined` for an ESXi host. */
  readonly instanceUuid: string | undefined;
  readonly isVcenter: boolean;
  readonly rootFolder: ManagedObject;
  readonly propertyCollector: ManagedObject;
  readonly viewManager: ManagedObject;
  readonly sessionManager: ManagedObject;
  readonly searchIndex: ManagedObject;
  /** Absent on an ESXi host. */
  readonly customFieldsManager: ManagedObject | undefined;
}

interface LoggedIn {
  readonly cookie: string;
}

const serviceInstance = new ManagedObject("ServiceInstance", "ServiceInstance");
const timeoutMsDefault = 60_000;

export class VsphereSession {
  readonly host: string;
  readonly clock: Clock;
  readonly #settings: VsphereSettings;
  readonly #environment: NonNullable<VspherePorts["environment"]>;
  readonly #line: VsphereLine;
  #content: Promise<ServiceContent> | undefined;
  #login: Promise<LoggedIn> | undefined;

  /** Connects when it is first needed. */
  constructor(settings: VsphereSettings, ports: VspherePorts) {
    this.host = settings.host;
    this.clock = ports.clock;
    this.#settings = settings;
    this.#environment = ports.environment ?? process.env;
    this.#line = new VsphereLine(settings, {
      clock: ports.clock,
      timeoutMs: ports.timeoutMs ?? timeoutMsDefault,
    });
  }

  /** What the server is. Needs no login. */
  content(): Promise<ServiceContent> {
    this.#content ??= this.#readContent().catch((error: unknown) => {
      this.#content = undefined;
      throw error;
    });
    return this.#content;
  }

  /**
   * Calls a method. The server's answer is the element that holds its `returnval`. Logs in when it is needed, and once more if
   * the session has ended at the server. Throws what `vsphereError` makes of a fault, `InvalidInput` for a wrong account.
   */
  async call(call: Call): Promise<SoapElement> {
    for (let attempt = 1; ; attempt += 1) {
      const login = this.#loggedIn();
      const { cookie } = await login;
      const answer = await this.#send(call, cookie);
      if (!("fault" in answer)) return answer.body;
      // The server has done nothing of a call that it does not know the session of.
      if (answer.fault.name !== "NotAuthenticated" || attempt > 1) {
        throw vsphereError(answer.fault, this.host, call);
      }
      if (this.#login === login) this.#login = undefined;
    }
  }

  /** Ends the session at the server, and the connections. */
  async close(): Promise<void> {
    const login = this.#login;
    this.#login = undefined;
    if (login !== undefined) {
      try {
        const { cookie } = await login;
        const { sessionManager } = await this.content();
        await this.#send({ method: "Logout", target: sessionManager, what: said`end the session` }, cookie);
      } catch {
        // A server that does not answer ends the session by itself, after half an hour.
      }
    }
    this.#line.close();
  }

  #loggedIn(): Promise<LoggedIn> {
    this.#login ??= this.#logIn().catch((error: unknown) => {
      this.#login = undefined;
      throw error;
    });
    return this.#login;
  }

  async #logIn(): Promise<LoggedIn> {
    const { sessionManager } = await this.content();
    const { userName, password } = readAccount(this.#settings, this.#environment);
    const call = {
      method: "Login",
      target: sessionManager,
      parameters: { userName, password, locale: "en" },
      what: said`log in`,
    };
    const answer = await this.#send(call, undefined);
    if ("fault" in answer) throw this.#refusedLogin(answer.fault);
    if (answer.cookie !== undefined) return { cookie: answer.cookie };
    const message = said`${this.host} gives no session. Check that a vSphere server answers there, and no proxy.`;
    throw new SiteRecoveryError("IoFailed", message, { target: this.host });
  }

  /** Nothing that the server says of an account is quoted. It is not tried again by itself: that would lock the account. */
  #refusedLogin({ name }: VsphereFault): SiteRecoveryError {
    const { credentials } = this.#settings;
    const from = "file" in credentials ? credentials.file : credentials.environmentVariable;
    const message =
      name === "InvalidLogin"
        ? said`${this.host} refuses the account in ${from}: its name or password is wrong, or it is locked.`
        : said`${this.host} does not let the account in ${from} in: ${name}. Check its permissions in vCenter.`;
    return new SiteRecoveryError("InvalidInput", message, { target: this.host, property: "credentials" });
  }

  async #readContent(): Promise<ServiceContent> {
    const what = said`say what it is`;
    const answer = await this.#send(
      { method: "RetrieveServiceContent", target: serviceInstance, what },
      undefined,
    );
    if ("fault" in answer) throw vsphereError(answer.fault, this.host, { what });
    const content = answer.body.at("returnval");
    const need = (name: string): ManagedObject => {
      const found = content.at(name).reference;
      if (found !== undefined) return found;
      const message = said`${this.host} has no ${name}, which every vSphere server has. Check its name and port.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: this.host, property: "host" });
    };
    const about = content.at("about");
    return {
      fullName: about.at("fullName").text ?? "",
      instanceUuid: about.at("instanceUuid").text,
      isVcenter: about.at("apiType").text === "VirtualCenter",
      rootFolder: need("rootFolder"),
      propertyCollector: need("propertyCollector"),
      viewManager: need("viewManager"),
      sessionManager: need("sessionManager"),
      searchIndex: need("searchIndex"),
      customFieldsManager: content.at("customFieldsManager").reference,
    };
  }

  async #send(
    { method, target, parameters = {}, signal }: Call,
    cookie: string | undefined,
  ): Promise<{ body: SoapElement; cookie: string | undefined } | { fault: VsphereFault }> {
    const answer = await this.#line.post(soapRequest(method, target, parameters), cookie, signal);
    const { status, text } = answer;
    if ([502, 503, 504].includes(status)) {
      const message = said`${this.host} cannot answer now: HTTP ${status}. Its services may still be starting; try again later.`;
      throw new SiteRecoveryError("SourceUnreachable", message, { target: this.host });
    }
    const body = status === 200 || status === 500 ? soapBody(text) : undefined;
    if (body === undefined) {
      const message = said`No vSphere server answers at ${this.host} (HTTP ${status}). Name a vCenter server or an ESXi host, with its port if it is not 443.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: this.host, property: "host" });
    }
    return body.name === "Fault" ? { fault: faultOf(body) } : { body, cookie: answer.cookie };
  }
}
