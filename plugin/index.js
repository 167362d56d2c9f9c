// The folder form of the provider plugin. Pulumi loads it with `require`, and the plugin is an ES module.
module.exports = import("../bin/pulumi-resource-siterecovery").then(() => undefined);
