const place = "github.com/siterecovery/pulumi-siterecovery";

/** Where the package is from, and where Pulumi looks for the plugin on a machine that does not have it. */
export const origin = {
  homepage: `https://${place}`,
  repository: `https://${place}`,
  pluginDownloadURL: "github://api.github.com/siterecovery/pulumi-siterecovery",
};

/** How the SDKs of the package are called in each language. They take their version from the schema. */
export const language: Record<string, Record<string, unknown>> = {
  nodejs: { packageName: "@siterecovery/pulumi", respectSchemaVersion: true },
  python: {
    packageName: "pulumi_siterecovery",
    respectSchemaVersion: true,
    inputTypes: "classes-and-dicts",
    pyproject: { enabled: true },
  },
  go: {
    importBasePath: `${place}/sdk/go/siterecovery`,
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
