import { pathCases } from "./bash.ts";
import { type Place, valuesOf, type Word } from "./words.ts";

function described(words: readonly Word[]): string {
  return words.map(({ word, what }) => `'${word}:${what}'`).join(" ");
}

/** The completion script for zsh: sourced, or a file `_siterecovery` in a folder of `fpath`. */
export function zshScript(places: readonly Place[]): string {
  const words = places.map(
    ({ path, commands, options }) =>
      `    "${path}") commands=(${described(commands)}); options=(${described(options)}) ;;`,
  );
  const values = valuesOf(places).map(({ path, word, choices }) => {
    const list = choices.map((choice) => `'${choice}'`).join(" ");
    return `    "${path} ${word}") values=(${list}); hasValue=1 ;;`;
  });
  return `#compdef siterecovery
# zsh completion for siterecovery. Use it with: source <(siterecovery completion zsh), after compinit
_siterecovery() {
  local place="" word hasValue=""
  local -a commands options values
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${place:+$place }$word" in
${pathCases(places, "      ")}
    esac
  done
  case "$place" in
${words.join("\n")}
  esac
  case "$place \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  if [[ -n $hasValue ]]; then
    if (( \${#values} )); then compadd -a values; else _files; fi
    return
  fi
  if [[ \${words[CURRENT]} == -* ]]; then _describe option options; return; fi
  if (( \${#commands} )); then _describe command commands; fi
  _describe option options
  _files
}
if [[ "\${funcstack[1]}" == _siterecovery ]]; then _siterecovery "$@"; else compdef _siterecovery siterecovery; fi
`;
}
