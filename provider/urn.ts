/** Pulumi's names of resources: `urn:pulumi:stack::project::parent$type::logical name`. */

/** The stack and project in a URN, as `project/stack`; empty for a text that is no URN. */
export function stackOfUrn(urn: string): string {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return project === "" ? "" : `${project}/${stack}`;
}

/** The type token in a URN, without the types of the resource's parents. */
export function typeOfUrn(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1)!;
}

/** The logical name in a URN; a name may have colons in it too. */
export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
