// The part of the import law that says which folders may know which packages and modules of Node.
const test = "\\.test\\.ts$";

/** @param {string} name @param {string} target @param {string[]} allowed @param {string} comment */
const only = (name, target, allowed, comment) => ({
  name: `only-${name}`,
  comment,
  severity: "error",
  from: { path: "^provider/", pathNot: [...allowed, test] },
  to: { path: target },
});

exports.packageRules = [
  only(
    "policy",
    "node_modules/@pulumi/policy/",
    ["^provider/policies/"],
    "Policy packs are Pulumi's; the engine knows nothing of them.",
  ),
  only(
    "pulumi",
    "node_modules/@pulumi/pulumi/",
    ["^provider/(dynamic|plugin|pulumi)/", "^provider/(index|declare-stack)\\.ts$"],
    "The engine works without Pulumi.",
  ),
  only(
    "azure-native",
    "node_modules/@pulumi/azure-native/",
    ["^provider/dynamic/azure/"],
    "Who stays with the embedded engine need not have it.",
  ),
  only(
    "grpc",
    "node_modules/(@grpc/grpc-js|google-protobuf)/",
    ["^provider/(plugin|pulumi)/"],
    "Messages of Pulumi's are taken apart where they come in.",
  ),
  only(
    "yaml",
    "node_modules/yaml/",
    ["^provider/yaml/"],
    "YAML is read and written in one room; everywhere else there are only values.",
  ),
  only(
    "progress",
    "node_modules/cli-progress/",
    ["^provider/cli/terminal-progress\\.ts$"],
    "The terminal's lines of progress are drawn in one place.",
  ),
  only(
    "canonical-json",
    "node_modules/canonicalize/",
    ["^provider/drill-report/seal-report\\.ts$"],
    "What a signature is over is written in one place.",
  ),
  only(
    "http-server",
    "node_modules/(hono|@hono/node-server)/",
    ["^provider/service/(http-server\\.ts$|dashboard/)"],
    "Routes stand in one place, with the page that they show.",
  ),
  only(
    "prometheus",
    "node_modules/prom-client/",
    ["^provider/service/metrics\\.ts$"],
    "Names of metrics stand in one place.",
  ),
  only(
    "mail",
    "node_modules/nodemailer/",
    ["^provider/service/notify/mail\\.ts$"],
    "One channel sends mails.",
  ),
  only("pino", "node_modules/pino/", ["^provider/log\\.ts$"], "One file knows how a log is written."),
  only(
    "xml",
    "node_modules/@rgrove/parse-xml/",
    ["^provider/machines/import/", "^provider/vsphere/soap-answer\\.ts$"],
    "XML that somebody else wrote is read in one place, and answers of vSphere where they arrive.",
  ),
  only(
    "jsonc",
    "node_modules/jsonc-parser/",
    ["^provider/arm-template/read-json\\.ts$"],
    "JSON that people wrote is read in one place.",
  ),
  only(
    "ajv",
    "node_modules/ajv(-formats)?/",
    ["^provider/handlers/check-schema\\.ts$", "^provider/yaml/"],
    "Schemas are checked by kind and by file, with one way of saying what is wrong.",
  ),
  only(
    "azure-storage",
    "node_modules/@azure/(storage-blob|identity|arm-compute)/",
    ["^provider/drivers/(objects-azure-blob|page-blobs|azure-compute)/"],
    "Whoever keeps replicas elsewhere need not have Azure's packages.",
  ),
  only(
    "aws",
    "node_modules/(@aws-sdk|@smithy)/",
    ["^provider/drivers/objects-s3/"],
    "Whoever keeps replicas elsewhere need not have Amazon's packages.",
  ),
  only(
    "asn1",
    "node_modules/@peculiar/",
    ["^provider/trust/make-certificate\\.ts$"],
    "Certificates are made in one place.",
  ),
  only(
    "sqlite",
    "^(node:)?sqlite$",
    ["^provider/store/"],
    "Every query is in the store, where transactions are.",
  ),
  only(
    "processes",
    "^(node:)?child_process$",
    ["^provider/(machines|qemu)/"],
    "Commands of the user's, and QEMU, run in one place each, with an environment of listed variables and without a shell.",
  ),
  only(
    "file-system",
    "^(node:)?fs(/promises)?$",
    [
      "^provider/(blocks|yaml|cli)/",
      "^provider/(store/open-store|process-identity|clock|project-folder)\\.ts$",
      "^provider/handlers/check-schema\\.ts$",
    ],
    "Files are read and written where crash safety is thought of.",
  ),
];
