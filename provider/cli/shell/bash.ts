import { type Place, valuesOf } from "./words.ts";

/** Lines that find out at which place of the tree the line is: `place` becomes `plan show`. */
export function pathCases(places: readonly Place[], indent: string): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== "");
  return paths.map((path) => `${indent}"${path}") place="${path}" ;;`).join("\n");
}

/** The completion script for bash. Source it. */
export function bashScript(places: readonly Place[]): string {
  const words = places.map(({ path, commands, options }) => {
    const all = [...commands, ...options].map(({ word }) => word).join(" ");
    return `    "${path}") words="${all}" ;;`;
  });
  const values = valuesOf(places).map(
    ({ path, word, choices }) => `    "${path} ${word}") words="${choices.join(" ")}"; value=1 ;;`,
  );
  return `# bash completion for siterecovery. Use it with: source <(siterecovery completion bash)
_siterecovery() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" place="" words="" value="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${place:+$place }$word" in
${pathCases(places, "      ")}
    esac
  done
  case "$place" in
${words.join("\n")}
  esac
  case "$place $previous" in
${values.join("\n")}
  esac
  if [[ -n $value && -z $words ]]; then COMPREPLY=(); return; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
# Where nothing fits, names of files are completed: folders, definitions, images.
complete -o default -F _siterecovery siterecovery
`;
}
