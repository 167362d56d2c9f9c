/** Secrets that are shown, kept in the clear, or handed on to programs of the user's. */
import { faultsIn, type Mutant } from "./mutant.ts";

const plugin = ["test/plugin/secrets.test.ts"];
const dynamic = ["test/dynamic/told-secrets.test.ts"];
const everywhere = ["test/doors/secrets-everywhere.test.ts"];
const commands = ["test/machines/run-command.test.ts"];

export const shownSecrets: readonly Mutant[] = [
  ...faultsIn("provider/pulumi/secret-values.ts", [...plugin, ...dynamic, ...everywhere], {
    "secret-equal": [
      `if (this.#words.has(text)) return true;`,
      ``,
      "a secret that the program gives in plain elsewhere is shown",
    ],
    "secret-elsewhere": [
      `return this.tells(value);\n  }\n\n  /** Whether something`,
      `return false;\n  }\n\n  /** Whether something`,
      "a secret that turns up in an output is kept in the clear",
    ],
    "secret-marked": [
      `if (schema["x-secret"] === true) return this.add(path, value);`,
      ``,
      "what the schema marks as secret is kept in the clear",
    ],
    "secret-in-objects": [
      `return Object.values(value).flatMap(leavesOf);`,
      `return [];`,
      "the words of a secret object are shown",
    ],
    "secret-text": [
      `if (typeof value === "string" && keptTexts.test(path)) return this.holdsAny;`,
      ``,
      "what the program wanted is kept in the clear as one text",
    ],
    "secret-property": [
      `return [...this.#paths].some((one) => isBelow(one, path));`,
      `return false;`,
      "a property that holds a secret is named to Pulumi, which shows its value",
    ],
    "secret-part": [
      `return isInCommand && part.instead !== "" ? placeholderOf(part) : part.instead;`,
      `return part.text;`,
      "a message shows its parts that are secret",
    ],
  }),
  ...faultsIn("provider/pulumi/resource-lifecycle.ts", everywhere, {
    "secret-name": [
      `.filter(isSecret)`,
      `.filter(() => false)`,
      "a secret name gets into the id, which Pulumi keeps in the clear",
    ],
  }),
  ...faultsIn("provider/schemas/schema-reason.ts", everywhere, {
    "secret-suggested": [
      "suggestion(at, said`; for example ${given(better, at)}`);",
      "said`; for example ${plain(better)}`;",
      "a name is suggested that is the secret with one sign changed",
    ],
  }),
  ...faultsIn("provider/plugin/property-values.ts", plugin, {
    "secret-arrives": [
      `if (!isOutput || value["secret"] === true) secrets.add(path, opened);`,
      `if (isOutput && value["secret"] === true) secrets.add(path, opened);`,
      "what Pulumi sends as secret comes back in the clear",
    ],
    "secret-output-arrives": [
      `if (!isOutput || value["secret"] === true) secrets.add(path, opened);`,
      `if (!isOutput) secrets.add(path, opened);`,
      "a secret output comes back in the clear",
    ],
  }),
  ...faultsIn("provider/pulumi/closed-values.ts", [...plugin, ...dynamic], {
    "secret-leaves": [
      `if (secrets.covers(path, value)) return wrap(value);`,
      ``,
      "no secret is encrypted in the state",
    ],
    "secret-leaves-state": [
      `const all = closed(state, secrets);`,
      `const all = { ...state };`,
      "the state of a resource holds a secret in the clear",
    ],
  }),
  ...faultsIn("provider/plugin/rpc-error.ts", plugin, {
    "secret-in-error": [
      `const reason = errorText(cause, secrets);`,
      `const reason = String(cause);`,
      "an error shows a secret",
    ],
  }),
  ...faultsIn("provider/plugin/provider-session.ts", plugin, {
    "secret-in-line": [`shown: secrets.shown,`, `shown: String,`, "drift shows a secret"],
  }),
  ...faultsIn("provider/plugin/resource-service.ts", plugin, {
    "secret-of-named-property": [
      `presentable(one, { kind: resource.kind.kind, news: inputs, secrets });`,
      `{ property: one.property, reason: one.reason };`,
      "Pulumi shows the value of a secret property that is wrong",
    ],
  }),
  ...faultsIn("provider/dynamic/delivery.ts", dynamic, {
    "secret-of-dynamic-property": [
      `presentable(one, { kind: this.#kind.kind, news, secrets })`,
      `({ property: one.property, reason: one.reason })`,
      "Pulumi shows the value of a dynamic resource's secret property that is wrong",
    ],
    "secret-in-dynamic-error": [
      `if (!(error instanceof HalfDone)) throw hostError(error, undefined, secrets);`,
      `if (!(error instanceof HalfDone)) throw hostError(error);`,
      "an error of a dynamic resource shows a secret",
    ],
    "secret-half-done-dynamic": [
      `throw hostError(error.cause, { id: error.id, properties: error.state }, secrets);`,
      `throw hostError(error.cause, { id: error.id, properties: error.state });`,
      "a dynamic resource that failed half way shows a secret",
    ],
  }),
  ...faultsIn("provider/dynamic/told-secrets.ts", ["test/doors/secrets-for-life.test.ts"], {
    "secret-of-state": [
      `for (const values of argumentsIn(kind, properties))\n      for`,
      `for (const values of [wantedOf(properties)])\n      for`,
      "a refresh or a delete of a dynamic resource shows a secret",
    ],
  }),
  ...faultsIn("provider/pulumi/resource-lifecycle.ts", plugin, {
    "secret-read": [
      `calling.keepSecret?.(this.#secretPaths(live, before === undefined), settings);`,
      ``,
      "a secret is in the clear in the state of a stack that reads the resource",
    ],
  }),
  ...faultsIn("provider/plugin/detailed-diff.ts", ["test/doors/secrets-for-life.test.ts"], {
    "secret-key": [
      `const path = shownPath(change.property);`,
      `const path = change.property;`,
      "a preview shows the keys of a secret object",
    ],
  }),
  ...faultsIn("provider/machines/command-environment.ts", commands, {
    "secret-passed-on": [
      `([name]) => passedOn.includes(name) || (ownPrefix.test(name) && !secretName.test(name)),`,
      `([name]) => name !== "",`,
      "scripts and hooks receive Pulumi's passphrase and the secrets of clouds",
    ],
    "own-secret-passed-on": [
      `(ownPrefix.test(name) && !secretName.test(name))`,
      `ownPrefix.test(name)`,
      "scripts and hooks receive our own secrets",
    ],
  }),
  ...faultsIn("provider/convert/pulumi-state.ts", ["test/convert/convert.test.ts"], {
    "secret-converted": [
      `leaveOutSecrets(kind, argumentsOf(resource), isSecret);`,
      `leaveOutSecrets(kind, argumentsOf(resource), () => false);`,
      "a definition that is made of a state carries secrets",
    ],
  }),
];
