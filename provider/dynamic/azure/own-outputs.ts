/** Outputs that the engine's resources have besides Azure's, on azure-native's: programs read them for either target. */
import * as pulumi from "@pulumi/pulumi";

type Args = Readonly<Record<string, unknown>>;
interface WithProperties {
  readonly properties: pulumi.Output<Readonly<Record<string, unknown>> | undefined>;
}

function define(made: pulumi.CustomResource, name: string, get: () => unknown): void {
  Object.defineProperty(made, name, { get, enumerable: false, configurable: true });
}

/** `activeLocation`, from what Azure says of a machine or a cluster. */
export function withLocation(_args: Args, made: pulumi.CustomResource): void {
  const { properties } = made as unknown as WithProperties;
  const location = properties.apply((all) =>
    all?.["activeLocation"] === "Recovery" ? "recovery" : "primary",
  );
  define(made, "activeLocation", () => location);
}

/** `migrated`, from what Azure says of a migration. */
export function withMigrated(_args: Args, made: pulumi.CustomResource): void {
  const { properties } = made as unknown as WithProperties;
  const migrated = properties.apply((all) => /^Migration.*Succeeded$/.test(String(all?.["migrationState"])));
  define(made, "migrated", () => migrated);
}

/** Azure does not say of a plan where its machines run. */
export function withoutLocation(_args: Args, made: pulumi.CustomResource): void {
  define(made, "activeLocation", () => {
    throw new pulumi.RunError(
      "activeLocation of a recovery plan is not known for the target azure, which says it of each machine only. Ask the " +
        "protected items.",
    );
  });
}
