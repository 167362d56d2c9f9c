// The import law. Each rule says why it is there; a new folder needs a rule of its own or it may be imported by nobody.
// Which folders may know which packages stands in .dependency-cruiser.packages.cjs, the floors of the engine in
// .dependency-cruiser.rooms.cjs, and what drivers are made of in .dependency-cruiser.drivers.cjs.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the cruiser loads its settings as CommonJS
const { packageRules } = require("./.dependency-cruiser.packages.cjs");
// eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
const { roomRules } = require("./.dependency-cruiser.rooms.cjs");
// eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
const { driverRules } = require("./.dependency-cruiser.drivers.cjs");

const doors = "^provider/(dynamic|stack|cli|plugin|api|policies)/";
const test = "\\.test\\.ts$";
// What everybody may use.
const words =
  "kinds/|(actor|errors|message|progress|log|record|clock|random|arm-id|kept-inputs|format-bytes|format-seconds|escape-markup|shell-word|plain-host|within-limit|weekly-hours|urn|address-range|network-ranges|store-address|hypervisor-uri|certificate-expiry|certificate-code|vsphere-uri)\\.ts$";

// What everybody above the engine may use of it: its face, and the forecast, which needs no engine.
const engineFace =
  "^provider/engine/(engine|attention|machine-power|inventory/vsphere-inventory|recovery-home/adoption|forecast/(forecast|measure-disk)|recovery-plan/plan-commands)\\.ts$";

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      "no-cycles",
      "Two files that need each other are one file, or miss a third.",
      {},
      { circular: true },
    ),
    forbid(
      "resolvable",
      "An import that cannot be found fails only when it runs.",
      {},
      { couldNotResolve: true },
    ),
    forbid(
      "declared",
      "Users get what package.json lists under dependencies, and nothing else.",
      { path: "^provider/" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "nobody-imports-tests",
      "Tests may import anything; nothing imports tests.",
      { path: "^(provider|setup)/" },
      { path: "^test/" },
    ),
    forbid(
      "setup-stands-alone",
      "The set-up runs before any dependency is installed; the bundler is loaded only after that.",
      { path: "^setup/", pathNot: "^setup/bundle\\.mjs$" },
      { pathNot: "^setup/", dependencyTypesNot: ["core"] },
    ),
    forbid(
      "doors-are-for-going-in",
      "Doors open on the handlers; what is behind them does not know that they exist.",
      { path: "^provider/", pathNot: ["^provider/(index|declare-stack)\\.ts$", "^provider/convert/", doors] },
      { path: doors },
    ),
    forbid(
      "doors-side-by-side",
      "A door that used another one would show that one's behaviour instead of its own.",
      { path: "^provider/(dynamic|stack|cli|plugin|api|policies)/" },
      // `siterecovery validate` is the stack door, held open from the terminal; `explain` tells of policies too.
      {
        path: doors,
        pathNot: ["^provider/($1|stack)/", "^provider/policies/(registry|controls|policy-config)"],
      },
    ),
    forbid(
      "pulumi-below-its-doors",
      "What Pulumi's two doors share stands on the handlers, and is nobody else's.",
      { path: "^provider/", pathNot: ["^provider/(dynamic|plugin|pulumi)/", test] },
      { path: "^provider/pulumi/" },
    ),
    forbid(
      "shared-by-doors",
      "What doors share reaches the engine through its face or the handlers, as they do.",
      { path: "^provider/(pulumi|lookups)/" },
      {
        path: "^provider/(engine/(?!engine)|store|blocks|disks|machines|qemu|vsphere|replica|nbd|stack|cli)",
      },
    ),
    forbid(
      "package-schema-reads-kinds",
      "The package schema is made from schemas and registries; no engine runs for it.",
      { path: "^provider/package-schema/" },
      {
        path: "^provider/",
        pathNot:
          "^provider/(package-schema|kinds|schemas|handlers/check-schema|lookups|package-version|yaml/write-yaml)",
      },
    ),
    forbid(
      "doors-to-handlers",
      "What a door did beyond the handlers, another door would do differently.",
      { path: doors, pathNot: "^provider/stack/" },
      { path: "^provider/(store|blocks|disks|machines|qemu|vsphere|replica|nbd)/" },
    ),
    forbid(
      "stack-looks-at-machines-only",
      "A definition is checked without an engine: of the drivers it may look at the machines that it names.",
      { path: "^provider/stack/" },
      { path: "^provider/(store|disks|replica|engine)/", dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "doors-to-engine",
      "A door reaches the engine through its face or the handlers. Types are free: they do nothing.",
      { path: doors },
      { path: "^provider/engine/", pathNot: engineFace, dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "handlers-to-engine",
      "The engine has one face. A handler never talks to a disk or to SQL. Types are free: they do nothing.",
      { path: "^provider/handlers/" },
      {
        path: "^provider/(engine|store|blocks|disks|machines|qemu|vsphere|replica|nbd)/",
        pathNot: engineFace,
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "engine-knows-no-handler",
      "The engine knows nothing of Pulumi, YAML or ARM, and so of nothing above it.",
      { path: "^provider/engine/" },
      { path: "^provider/(handlers|connect)" },
    ),
    forbid(
      "drivers-know-no-engine",
      "Store, blocks, disks, machines and replica are used by the engine; only the engine joins them.",
      { path: "^provider/(store|blocks|disks|machines|replica)/" },
      { path: "^provider/(engine|handlers|connect)" },
    ),
    forbid(
      "store-and-blocks-are-strangers",
      "Metadata and bytes meet in the engine only, which decides the order in which they are written.",
      { path: "^provider/(store|blocks)/" },
      { path: "^provider/(store|disks|machines|replica|blocks/(?!file-system))", pathNot: "^provider/$1/" },
    ),
    forbid(
      "images-know-files",
      "A format of disk images places blocks in a file; whose blocks they are is the engine's business.",
      { path: "^provider/images/" },
      { path: "^provider/", pathNot: `^provider/(images/|blocks/|disks/disk\\.ts$|${words})` },
    ),
    forbid(
      "trust-makes-certificates",
      "Certificates and the list of clients are files; who shows them and to whom is the server's and the driver's business.",
      { path: "^provider/trust/" },
      { path: "^provider/", pathNot: `^provider/(trust/|blocks/|${words})` },
    ),
    forbid(
      "target-server-offers-objects",
      "A server offers the objects of a folder. What they mean is the business of whoever asks, at another site.",
      { path: "^provider/target-server/" },
      { path: "^provider/", pathNot: `^provider/(target-server/|trust/|drivers/|ports/|blocks/|${words})` },
    ),
    forbid(
      "target-server-is-started-by-people",
      "A target at another site is served by a command of its own; no engine runs there.",
      { path: "^provider/", pathNot: "^provider/(target-server|cli)/" },
      { path: "^provider/target-server/" },
    ),
    forbid(
      "service-stands-on-the-engine",
      "The service runs the engine as any person would, and tells of it; it looks at no disk and at no database.",
      { path: "^provider/service/" },
      {
        path: "^provider/",
        pathNot: `^provider/(service/|engine/(engine|attention)\\.ts$|model/|yaml/|machines/run-command\\.ts$|blocks/(read-private-file|read-text-file|file-system)\\.ts$|package-version\\.ts$|${words})`,
        dependencyTypesNot: ["type-only"],
      },
    ),
    forbid(
      "service-is-started-by-people",
      "Only the command line starts the service, or borrows its schedules.",
      { path: "^provider/", pathNot: "^provider/(service|cli)/" },
      { path: "^provider/service/" },
    ),
    forbid(
      "drill-report-is-evidence",
      "A report is checked by whoever has the file: without an engine, a home or a network.",
      { path: "^provider/drill-report/" },
      {
        path: "^provider/",
        // Reports and keys are read from files.
        pathNot: `^provider/(drill-report/|yaml/|blocks/(file-system|read-text-file)\\.ts|${words})`,
      },
    ),
    forbid(
      "model-is-pure",
      "What an item is, and which step leads where, is known without a store, a disk or a clock.",
      { path: "^provider/model/" },
      { path: "^provider/", pathNot: `^provider/(model/|${words})` },
    ),
    forbid(
      "words-stay-words",
      "Kinds, errors, clock, random, ARM ids and weekly hours are what everybody may use, so they use nobody.",
      { path: `^provider/(${words})` },
      { path: "^provider/", pathNot: `^provider/(${words})` },
    ),
    forbid(
      "rules-are-data",
      "Rules and limits are named by whatever checks something, with YAML or without, so they know nobody.",
      { path: "^provider/rules/" },
      { path: "^provider/", pathNot: "^provider/rules/" },
    ),
    forbid(
      "reports-tell-findings",
      "A report turns findings into text; it checks nothing.",
      { path: "^provider/reports/" },
      { path: "^provider/", pathNot: "^provider/(reports|rules|yaml)/" },
    ),
    forbid(
      "reports-for-the-terminal",
      "Only commands tell findings in the formats of other tools.",
      { path: "^provider/", pathNot: "^provider/(cli|reports)/" },
      { path: "^provider/reports/" },
    ),
    forbid(
      "convert-makes-definitions",
      "What it makes is declared by the code that declares any definition, and needs no engine.",
      { path: "^provider/convert/" },
      {
        path: "^provider/",
        pathNot:
          "^provider/(convert|arm-template|stack|kinds|handlers/policy-settings|yaml/write-yaml|rules/registry|errors|record|arm-id|project-folder|store-address|hypervisor-uri)",
      },
    ),
    forbid(
      "arm-template-is-a-language",
      "Templates are evaluated without a word of what becomes of their resources.",
      { path: "^provider/arm-template/" },
      { path: "^provider/", pathNot: `^provider/(arm-template/|${words})` },
    ),
    forbid(
      "convert-for-the-terminal",
      "A definition is made by a person at the terminal.",
      { path: "^provider/", pathNot: "^provider/(convert|cli)/" },
      { path: "^provider/convert/" },
    ),
    forbid(
      "policies-look-only",
      "A policy sees what Pulumi hands it, and the signed reports of drills. It asks no engine, and so works for resources of Azure too.",
      { path: "^provider/policies/" },
      {
        path: "^provider/",
        pathNot:
          "^provider/(policies/|rules/|kinds/|drill-report/|schemas/nearest\\.ts|(arm-id|clock|errors|kept-inputs)\\.ts$)",
      },
    ),
    ...roomRules,
    ...driverRules(words),
    ...packageRules,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
