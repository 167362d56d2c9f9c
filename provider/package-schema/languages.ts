/**
 * How the SDKs of the package are called in each language. They take their version from the schema. Where the plugin can be
 * downloaded from is not said: it comes with the npm package, and an address that is not taken yet could be taken by anybody.
 */
export const language: Record<string, Record<string, unknown>> = {
  nodejs: { packageName: "@siterecovery/pulumi", respectSchemaVersion: true },
  python: {
    packageName: "pulumi_siterecovery",
    respectSchemaVersion: true,
    inputTypes: "classes-and-dicts",
    pyproject: { enabled: true },
  },
  go: {
    importBasePath: "github.com/siterecovery/pulumi-siterecovery/sdk/go/siterecovery",
    generateResourceContainerTypes: true,
    respectSchemaVersion: true,
  },
  csharp: {
    rootNamespace: "SiteRecovery",
    namespaces: { siterecovery: "Pulumi" },
    respectSchemaVersion: true,
  },
  java: { basePackage: "io.siterecovery", buildFiles: "gradle", respectSchemaVersion: true },
};
