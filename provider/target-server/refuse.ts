import type { ServerResponse } from "node:http";
import {
  type Problem,
  problemHeader,
  problems,
  protocolHeader,
  protocolVersion,
} from "../drivers/objects-https/protocol.ts";
import { hasCode, isExpected } from "../errors.ts";

/** A request that is answered by no. */
export class RequestRefused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, why: string) {
    super(why);
    this.problem = problem;
  }
}

/** What an error means for the client. `undefined`: the server has failed. */
export function refusalOf(thrown: unknown): RequestRefused | undefined {
  if (thrown instanceof RequestRefused) return thrown;
  if (!isExpected(thrown)) return undefined;
  if (hasCode(thrown, "DiskFull")) return new RequestRefused("NoRoom", "There is no room.");
  if (hasCode(thrown, "InvalidInput"))
    return new RequestRefused("BadName", "The name cannot be an object's.");
  if (hasCode(thrown, "Busy")) return new RequestRefused("Unavailable", "Another program has the folder.");
  return undefined;
}

/** Answers with a problem, and a sentence for people. */
export function sendProblem(response: ServerResponse, problem: Problem, why: string): void {
  if (response.headersSent) {
    // The client sees that the answer is cut.
    response.destroy();
    return;
  }
  response.writeHead(problems[problem], {
    [protocolHeader]: protocolVersion,
    [problemHeader]: problem,
    "content-type": "text/plain; charset=utf-8",
    ...(problem === "Unavailable" ? { "retry-after": "2" } : {}),
  });
  response.end(`${why}\n`);
}
