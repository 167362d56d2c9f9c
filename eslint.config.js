import tseslint from "typescript-eslint";

const banned = {
  clock: "Time comes from provider/clock.ts only, so that a test can pass thirty minutes in no time.",
  chance: "Chance comes from provider/random.ts only, so that a run can be repeated from its seed.",
};

export default tseslint.config(
  {
    ignores: [
      "dist*/",
      "site/{dist,pages}/",
      ".cache/",
      ".pulumi/",
      ".siterecovery/",
      "coverage/",
      "examples/doors/*/{sdks,venv}/",
    ],
  },
  ...tseslint.configs.recommended,
  {
    languageOptions: { parserOptions: { warnOnUnsupportedTypeScriptVersion: false } },
    rules: {
      eqeqeq: "error",
      "no-throw-literal": "error",
      "prefer-const": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: false, skipComments: false }],
      "max-lines-per-function": ["error", { max: 100 }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Named exports only: a thing has one name." },
        { selector: "ExportAllDeclaration", message: "No barrels but provider/index.ts." },
      ],
    },
  },
  {
    files: ["provider/**/*.ts"],
    ignores: ["provider/clock.ts", "provider/random.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["setTimeout", "setInterval", "performance"].map((name) => ({ name, message: banned.clock })),
        { name: "crypto", message: banned.chance },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: banned.clock },
        { object: "Math", property: "random", message: banned.chance },
      ],
    },
  },
  {
    // A promise that nobody waits for is work whose failure nobody hears of.
    files: ["provider/**/*.ts", "test/**/*.ts", "bench/**/*.ts"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: true }],
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    // Tests are lists of cases: one `describe` is one function to the linter.
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // It is generated.
    files: ["provider/dynamic/resources.ts"],
    rules: { "max-lines": "off" },
  },
  {
    // Entry files whose form is given by the tool that reads them.
    files: ["*.config.js", "*.config.ts", "*.cjs", "provider/index.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
);
