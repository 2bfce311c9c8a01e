/** What an import specifier leads to. Plain data: it is part of frozen functions and of module files. */
export type ModuleTarget =
  /** A file of the user's, by the hash under which its transform can be fetched. */
  | { readonly kind: "file"; readonly path: string; readonly hash: string }
  /** A file of an installed package: loaded by the executor's own Node. */
  | {
      readonly kind: "package";
      readonly specifier: string;
      readonly name: string;
      readonly version: string;
      readonly path: string;
    }
  | { readonly kind: "builtin"; readonly name: string }
  /** firesteel itself: the running instance of the thread. */
  | { readonly kind: "engine" }
  /** Could not be resolved: an error when it is loaded, as in Node. */
  | { readonly kind: "missing"; readonly specifier: string; readonly message: string };

/** One file of the user's program, ready to be compiled as the body of a CommonJS function. */
export interface ModuleFile {
  readonly path: string;
  readonly hash: string;
  readonly code: string;
  /** `json`: the code is the JSON text. */
  readonly format: "cjs" | "json";
  /** Whether the file was written as an ES module: decides how it sees the default export of CommonJS packages. */
  readonly isEsm: boolean;
  /** Names declared at the top level of the code. */
  readonly bindings: readonly string[];
  readonly imports: Readonly<Record<string, ModuleTarget>>;
}
