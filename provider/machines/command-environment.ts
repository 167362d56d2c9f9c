/**
 * The environment of a command of the user's: a script of a recovery plan, or a freeze or thaw hook of a machine. It
 * holds what is listed here and no more, because the engine's own environment may hold Pulumi's passphrase, access
 * tokens and the secrets of clouds.
 */

/** What a program needs to find other programs, its files and its language. */
const passedOn = ["PATH", "HOME", "LANG", "TMPDIR"];

/** Our own variables, but for those whose name says that they hold a secret. */
const ownPrefix = /^SITERECOVERY_/;
const secretName = /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i;

/** The variables that a command receives: the listed ones of this process, and `facts` about what it is run for. */
export function commandEnvironment(facts: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => passedOn.includes(name) || (ownPrefix.test(name) && !secretName.test(name)),
  );
  return { ...(Object.fromEntries(own) as Record<string, string>), ...facts };
}
