/** Arguments at depth, of which any part may be a value that is known only later. */
import * as pulumi from "@pulumi/pulumi";

type Values = Record<string, unknown>;

/** Whether a value is known only later. */
function isLater(value: unknown): value is Promise<unknown> {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isPlain(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !isLater(value);
}

/**
 * The arguments with the value at a path changed, absent ones included. What is plain is changed, or refused, at once;
 * what is known later then. Everything beside the path stays as it is, so that a preview shows it.
 */
export function changedAt(
  args: unknown,
  path: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  const [key, ...rest] = path;
  if (isLater(args))
    return (pulumi.output(args as never) as pulumi.Output<unknown>).apply((value) =>
      changedAt(value, path, change),
    );
  if (key === undefined) return change(args);
  if (Array.isArray(args)) return args.map((one) => changedAt(one, path, change));
  if (args !== undefined && !isPlain(args)) return args;
  const value = changedAt(args?.[key], rest, change);
  return value === undefined && args?.[key] === undefined ? args : { ...args, [key]: value };
}

/** As `changedAt`, for a value that is looked at only; `check` throws what is wrong. */
export function checkedAt(args: unknown, path: readonly string[], check: (value: unknown) => void): unknown {
  return changedAt(args, path, (value) => {
    check(value);
    return value;
  });
}
