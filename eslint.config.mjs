/** Typed rules for the bug classes of this code base: floating promises, inexhaustive switches, misused types. */
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "coverage/",
      "node_modules/",
      "src/wire/generated/",
      "test/programs/",
      "**/*.assembly.ts",
      "**/*.mjs",
      "**/*.cjs",
      "**/*.js",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "separate-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-unsafe-function-type": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" }],
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Named exports only." }],
      eqeqeq: "error",
    },
  },
  {
    files: ["test/**", "bench/**", "examples/**", "tools/**"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-floating-promises": "error",
      "no-restricted-syntax": "off",
      "@typescript-eslint/no-implied-eval": "off",
      "@typescript-eslint/no-base-to-string": "off",
    },
  },
  // What is written there may have to be encrypted.
  {
    files: ["src/storage/**", "src/shuffle/**", "src/rdd/exec/**", "src/dataframe/exec/**", "src/driver/in-process/**"],
    ignores: ["src/storage/local-data.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: ["node:fs", "node:fs/promises"].map((name) => ({
            name,
            importNames: ["open", "openSync", "createReadStream", "createWriteStream"],
            message: "Files of data are opened by storage/local-data.",
          })),
        },
      ],
    },
  },
  // Here functions are values to be looked at, named and rebuilt, not called.
  { files: ["src/closure/**"], rules: { "@typescript-eslint/unbound-method": "off" } },
  // Generated code is compiled in these places, from text that the engine itself wrote.
  {
    files: ["src/shuffle/specialize.ts"],
    rules: { "@typescript-eslint/no-implied-eval": "off", "@typescript-eslint/no-unsafe-call": "off" },
  },
);
