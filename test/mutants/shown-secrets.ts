/** Secrets that are shown, kept in the clear, or handed on to programs of the user's. */
import { faultsIn, type Mutant } from "./mutant.ts";

const plugin = ["test/plugin/secrets.test.ts"];
const dynamic = ["test/dynamic/told-secrets.test.ts"];
const commands = ["test/machines/run-command.test.ts"];

export const shownSecrets: readonly Mutant[] = [
  ...faultsIn("provider/pulumi/secret-values.ts", [...plugin, ...dynamic], {
    "secret-words": [
      `if (word.length >= shortestConcealed) text = text.replaceAll(word, "[secret]");`,
      `if (word.length < shortestConcealed) text = text.replaceAll(word, "[secret]");`,
      "a secret is shown in a log line",
    ],
    "secret-once": [
      `text = text.replaceAll(word, "[secret]");`,
      `text = text.replace(word, "[secret]");`,
      "a secret that is in a line twice is shown once",
    ],
    "secret-elsewhere": [
      `return typeof value === "string" && this.#words.has(value);`,
      `return false;`,
      "a secret that turns up in an output is kept in the clear",
    ],
    "secret-marked": [
      `if (schema["x-secret"] === true) return this.add(path, value);`,
      ``,
      "what the schema marks as secret is kept in the clear",
    ],
    "secret-in-objects": [
      `for (const inner of Object.values(value)) this.#addWords(inner);`,
      ``,
      "the words of a secret object are shown",
    ],
    "secret-path": [
      `if (path !== "" && this.#paths.has(path.replace(keptKeys, ""))) return true;`,
      ``,
      "a secret number is kept in the clear",
    ],
    "secret-text": [
      `if (typeof value === "string" && keptTexts.test(path)) return this.holdsAny;`,
      ``,
      "what the program wanted is kept in the clear as one text",
    ],
    "secret-property": [
      `return [...this.#paths].some(`,
      `return ![...this.#paths].every(`,
      "a property that holds a secret is named to Pulumi, which shows its value",
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
    "secret-leaves": [
      `if (secrets.covers(path, value)) return wrap(value);`,
      ``,
      "no secret is encrypted in the state",
    ],
  }),
  ...faultsIn("provider/plugin/rpc-error.ts", plugin, {
    "secret-in-error": [
      `const reason = secrets.conceal(sentenceOf(cause));`,
      `const reason = sentenceOf(cause);`,
      "an error shows a secret",
    ],
    "secret-half-done": [
      `failed.setProperties(send(state, secrets));`,
      `failed.setProperties(send(state));`,
      "the state of a resource that failed half way holds a secret in the clear",
    ],
  }),
  ...faultsIn("provider/plugin/provider-session.ts", plugin, {
    "secret-in-line": [
      `conceal: secrets.conceal,`,
      `conceal: (line: string) => line,`,
      "drift shows a secret",
    ],
  }),
  ...faultsIn("provider/plugin/resource-service.ts", plugin, {
    "secret-in-failure": [
      `failure.setReason(secrets.conceal(reason));`,
      `failure.setReason(reason);`,
      "what is wrong with a secret shows it",
    ],
    "secret-of-named-property": [
      `presentable(one, isSecret ? {} : inputs);`,
      `presentable(one, inputs);`,
      "Pulumi shows the value of a secret property that is wrong",
    ],
  }),
  ...faultsIn("provider/dynamic/delivery.ts", dynamic, {
    "secret-in-dynamic-failure": [
      `return { property, reason: secrets.conceal(reason) };`,
      `return { property, reason };`,
      "what is wrong with a secret of a dynamic resource shows it",
    ],
    "secret-of-dynamic-property": [
      `presentable(one, secrets.touches(one.property) ? {} : news);`,
      `presentable(one, news);`,
      "Pulumi shows the value of a dynamic resource's secret property that is wrong",
    ],
    "secret-in-dynamic-error": [
      `if (!(error instanceof HalfDone)) throw hostError(error, undefined, conceal);`,
      `if (!(error instanceof HalfDone)) throw hostError(error, undefined, (line: string) => line);`,
      "an error of a dynamic resource shows a secret",
    ],
    "secret-half-done-dynamic": [
      `throw hostError(error.cause, { id: error.id, properties: error.state }, conceal);`,
      `throw hostError(error.cause, { id: error.id, properties: error.state }, (line: string) => line);`,
      "a dynamic resource that failed half way shows a secret",
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
      `Object.fromEntries(inputs.filter(([key, value]) => !key.startsWith("__") && !isSecret(value)));`,
      `Object.fromEntries(inputs.filter(([key]) => !key.startsWith("__")));`,
      "a definition that is made of a state carries secrets",
    ],
  }),
];
