/** A `virsh` that gives recorded answers, for tests without a libvirt. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** What virsh prints for a command, or the words with which it fails. */
export type Answer = string | { readonly error: string };

const script = `#!/bin/sh
# virsh --quiet --connect <uri> <command> …
here=$(dirname "$0")
shift 3
printf '%s\\n' "$*" >> "$here/asked"
if [ -f "$here/$1.error" ]; then cat "$here/$1.error" >&2; exit 1; fi
if [ -f "$here/$1.answer" ]; then cat "$here/$1.answer"; exit 0; fi
echo "error: unknown command: '$1'" >&2
exit 1
`;

export class RecordedVirsh {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "virsh-"));
  readonly #path = process.env["PATH"];

  constructor(answers: Readonly<Record<string, Answer>>) {
    fs.writeFileSync(path.join(this.folder, "virsh"), script, { mode: 0o755 });
    for (const [command, answer] of Object.entries(answers)) this.answer(command, answer);
    process.env["PATH"] = `${this.folder}${path.delimiter}${this.#path ?? ""}`;
  }

  answer(command: string, answer: Answer): void {
    for (const ending of ["answer", "error"])
      fs.rmSync(path.join(this.folder, `${command}.${ending}`), { force: true });
    const isAnswer = typeof answer === "string";
    const text = isAnswer ? answer : answer.error;
    fs.writeFileSync(path.join(this.folder, `${command}.${isAnswer ? "answer" : "error"}`), `${text}\n`);
  }

  /** The commands with their words, in their order. */
  asked(): string[] {
    const file = path.join(this.folder, "asked");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
  }

  close(): void {
    process.env["PATH"] = this.#path;
    fs.rmSync(this.folder, { recursive: true });
  }
}
