import { readPrivateFile } from "../../blocks/read-private-file.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import type { S3Settings } from "./settings.ts";

/** An access key of AWS. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the access key that the settings name; `undefined` for the AWS default chain. No message has any of what was read. */
export function readAccessKey(
  { credentials }: S3Settings,
  place: string,
  environment: Environment,
): AccessKey | undefined {
  if (credentials === undefined) return undefined;
  if ("file" in credentials) return parse(readPrivateFile(credentials.file), credentials.file, place);
  if ("environmentVariable" in credentials) {
    const { environmentVariable } = credentials;
    return parse(variable(environmentVariable, place, environment), environmentVariable, place);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials.environmentVariables;
  const key = {
    accessKeyId: variable(accessKeyId, place, environment),
    secretAccessKey: variable(secretAccessKey, place, environment),
  };
  return sessionToken === undefined
    ? key
    : { ...key, sessionToken: variable(sessionToken, place, environment) };
}

function variable(name: string, place: string, environment: Environment): string {
  const text = environment[name]?.trim() ?? "";
  if (text === "")
    throw wrong(said`The environment variable ${name} with the credentials of ${place} is not set.`, place);
  return text;
}

/** `id:secret`, `id:secret:token`, or the lines of one profile of the AWS credentials file. */
function parse(text: string, from: string, place: string): AccessKey {
  const given = text.trim();
  const pair = /^([A-Za-z0-9_-]+):([^\s:]+)(?::(\S+))?$/.exec(given);
  const lines = new Map(
    given.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^\s*(aws_\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const accessKeyId = pair?.[1] ?? lines.get("aws_access_key_id");
  const secretAccessKey = pair?.[2] ?? lines.get("aws_secret_access_key");
  const sessionToken = pair?.[3] ?? lines.get("aws_session_token");
  const profiles = given.match(/^\s*\[/gm)?.length ?? 0;
  if (accessKeyId !== undefined && secretAccessKey !== undefined && profiles <= 1) {
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  const message = said`${from} holds no access key of ${place}. Put <access key id>:<secret access key> in it, or one profile of an AWS credentials file.`;
  throw wrong(message, place);
}

function wrong(message: Message, place: string): SiteRecoveryError {
  return new SiteRecoveryError("InvalidInput", message, { target: place });
}
