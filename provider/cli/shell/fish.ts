import type { Place } from "./words.ts";

/** The completion script for fish. Source it, or keep it as ~/.config/fish/completions/siterecovery.fish. */
export function fishScript(places: readonly Place[]): string {
  const cases = places
    .filter(({ path }) => path !== "")
    .map(({ path }) => `            case '${path}'\n                set path '${path}'`);
  const lines = places.flatMap(({ path, commands, options }) => [
    ...commands.map(
      ({ word, what }) =>
        `complete -c siterecovery -n "__siterecovery_at '${path}'" -f -a ${word} -d '${what}'`,
    ),
    ...options.map(({ word, what, takesValue, choices }) => {
      const value = choices.length > 0 ? ` -x -a '${choices.join(" ")}'` : takesValue ? " -r" : "";
      return `complete -c siterecovery -n "__siterecovery_at '${path}'" -l ${word.slice(2)}${value} -d '${what}'`;
    }),
  ]);
  return `# fish completion for siterecovery. Use it with: siterecovery completion fish | source
function __siterecovery_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        switch (string trim -- "$path $word")
${cases.join("\n")}
        end
    end
    test "$path" = "$argv[1]"
end
${lines.join("\n")}
`;
}
