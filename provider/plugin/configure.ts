/** Pulumi's calls about the provider's own settings; see package-schema/configuration.ts for what they are. */
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { CheckFailure, unknownValue } from "../handlers/handler.ts";
import { given, plain, said } from "../message.ts";
import { configuration } from "../package-schema/configuration.ts";
import { nearestWord } from "../schemas/nearest.ts";
import { receive, send } from "./property-values.ts";

/** Settings of Pulumi's own that come along. */
const pulumiSettings = ["version", "pluginDownloadURL", "__internal"];

function failuresOf(values: Record<string, unknown>): CheckFailure[] {
  const known = Object.keys(configuration);
  return Object.entries(values).flatMap(([property, value]) => {
    if (pulumiSettings.includes(property)) return [];
    if (!known.includes(property)) {
      const near = nearestWord(property, known);
      const hint = near === undefined ? `the settings are ${known.join(", ")}` : `did you mean '${near}'?`;
      const reason = said`siterecovery:${plain(property)} is not a setting of the provider; ${plain(hint)}`;
      return [new CheckFailure(property, reason)];
    }
    if (value === unknownValue || (typeof value === "string" && value !== "")) return [];
    const reason = said`siterecovery:${plain(property)} must be the path of a folder, not ${given(value, property)}`;
    return [new CheckFailure(property, reason)];
  });
}

export function checkConfig(
  request: InstanceType<typeof messages.CheckRequest>,
): InstanceType<typeof messages.CheckResponse> {
  const { values, secrets } = receive(request.getNews());
  const answer = new messages.CheckResponse();
  answer.setInputs(send(values, secrets));
  for (const { property, said: reason } of failuresOf(values)) {
    const failure = new messages.CheckFailure();
    // Pulumi shows the value of the property that is named.
    failure.setProperty(secrets.touches(property) ? "" : property);
    failure.setReason(secrets.shown(reason));
    answer.addFailures(failure);
  }
  return answer;
}

/** Another home is a change in place: replacing the provider would delete all that was made with it. */
export function diffConfig(
  request: InstanceType<typeof messages.DiffRequest>,
): InstanceType<typeof messages.DiffResponse> {
  const olds = receive(request.getOldInputs() ?? request.getOlds()).values;
  const news = receive(request.getNews()).values;
  const changed = Object.keys(configuration).filter((key) => olds[key] !== news[key]);
  const answer = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  answer.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  answer.setDiffsList(changed);
  answer.setHasdetaileddiff(true);
  for (const key of changed) {
    const { ADD, DELETE, UPDATE } = messages.PropertyDiff.Kind;
    const detail = new messages.PropertyDiff();
    detail.setKind(olds[key] === undefined ? ADD : news[key] === undefined ? DELETE : UPDATE);
    detail.setInputdiff(true);
    answer.getDetaileddiffMap().set(key, detail);
  }
  return answer;
}

/** The home folder of a `Configure` call, or `undefined` if it is not set, or not known yet. */
export function homeOf(request: InstanceType<typeof messages.ConfigureRequest>): string | undefined {
  const home = receive(request.getArgs()).values["home"];
  return typeof home === "string" && home !== unknownValue && home !== "" ? home : undefined;
}
