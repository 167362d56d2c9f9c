import { nameOf } from "../arm-id.ts";
import type { DiffAnswer, PropertyChange } from "../handlers/handler.ts";
import { Notice } from "../handlers/notice.ts";
import { argumentName } from "../kinds/argument-name.ts";
import { given, givenKey, joined, type Message, type Part, plain, said } from "../message.ts";

function shown(value: unknown, at: string): Part {
  return given(value, at, value === undefined ? "not set" : JSON.stringify(value));
}

/** A path such as `tags.owner`: what is below an argument that is secret as a whole may be a key of the user's. */
function shownPath(path: string): Message {
  let at = path.slice(0, path.length - argumentName(path).length).replace(/\.$/, "");
  let isFirst = true;
  const steps = Array.from(
    argumentName(path).matchAll(/(\.?)([^.[]+|\[\d+\])/g),
    ([step, dot = "", key = ""]) => {
      const piece = at === "" ? plain(step) : said`${plain(dot)}${{ ...givenKey(key, at), text: key }}`;
      at += isFirst && at !== "" ? `.${step}` : step;
      isFirst = false;
      return piece;
    },
  );
  return joined(steps, "");
}

function driftSentence({ property: at, from, to }: PropertyChange): Message {
  return said`${shownPath(at)} has drifted: it is ${shown(from, at)}, the program says ${shown(to, at)}; an update sets it back`;
}

/**
 * What to tell of a diff beside that there is one: which property drifted from what to what, since Pulumi shows
 * changes of the program only, and what an update would do. Each has the resource's name in it, since
 * `pulumi preview --diff` shows the text alone.
 */
export function announcements(id: string, { changes, notices }: DiffAnswer): Notice[] {
  const drift = changes
    .filter(({ cause }) => cause === "drift")
    .map((change) => new Notice("warning", driftSentence(change)));
  return [...drift, ...notices].map((one) => announcement(id, one));
}

/** A notice with the resource's name in it. */
export function announcement(id: string, notice: Notice): Notice {
  const { severity, text, said: sentence } = notice;
  return text.includes(nameOf(id)) ? notice : new Notice(severity, said`${nameOf(id)}: ${sentence}`);
}
