/**
 * Turns one file of the user's program into the body of a CommonJS function: TypeScript and ES modules by esbuild (loaded
 * only when such a file is met), CommonJS JavaScript as it is. `import()` and `import.meta` become names that the module
 * loader provides.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, extname } from "node:path";
import type * as Esbuild from "esbuild";
import { IMPORT_META_NAME, IMPORT_NAME, collectLexical, collectVar } from "./free-variables";
import type { ModuleFile } from "./module-target";
import { type ImportMode, declaredFormat } from "./resolve-module";
import { type Edit, type SyntaxNode, applyEdits, childNodes, parseScript } from "./syntax";
import { cachedTransform } from "./transform-cache";
import { tsconfigFor } from "./tsconfig";

export interface TransformedFile extends Pick<ModuleFile, "code" | "format" | "isEsm" | "bindings"> {
  readonly specifiers: readonly ImportedSpecifier[];
  /** A data URL; empty where the code is the file's own text. */
  readonly sourceMapUrl: string;
}

export interface ImportedSpecifier {
  readonly specifier: string;
  readonly mode: ImportMode;
  /** A static import: the file cannot be loaded without it. */
  readonly isRequired: boolean;
}

const LOADERS: Readonly<Record<string, Esbuild.Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
};

/** Throws an Error whose message says what is wrong with the file. */
export function transformFile(path: string): TransformedFile {
  const text = readFileSync(path, "utf8").replace(/^#!/, "//");
  const extension = extname(path);
  if (extension === ".json") {
    JSON.parse(text);
    return { code: text, format: "json", isEsm: false, bindings: [], specifiers: [], sourceMapUrl: "" };
  }
  const loader = LOADERS[extension];
  if (!loader) throw new Error(`executors cannot load files of type ${extension || "(none)"}`);
  const format = declaredFormat(path);
  if (loader === "js" && format !== "module") {
    const program = parseScript(text, "script");
    if (program) return finish(text, program, false, false, "");
  }
  return transformByEsbuild(path, text, loader, format);
}

function transformByEsbuild(
  path: string,
  text: string,
  loader: Esbuild.Loader,
  format: "module" | "commonjs" | undefined,
): TransformedFile {
  const tsconfigRaw = tsconfigFor(path);
  const { code, map } = cachedTransform([loader, basename(path), tsconfigRaw ?? "", text], () => {
    const esbuild = createRequire(__filename)("esbuild") as typeof Esbuild;
    return esbuild.transformSync(text, {
      loader,
      format: "cjs",
      target: "node20.19",
      platform: "node",
      // Sources of a map are relative to the file that has it, which is the same here.
      sourcefile: basename(path),
      sourcemap: "external",
      sourcesContent: false,
      logLevel: "silent",
      define: { "import.meta": IMPORT_META_NAME },
      ...(tsconfigRaw === undefined ? {} : { tsconfigRaw }),
    });
  });
  const program = parseScript(code, "script");
  if (!program) throw new Error("the transformed file cannot be read (top-level await cannot be loaded by executors)");
  return finish(code, program, true, format === "module", `data:application/json;base64,${Buffer.from(map).toString("base64")}`);
}

function finish(
  code: string,
  program: SyntaxNode,
  isTransformed: boolean,
  isEsm: boolean,
  sourceMapUrl: string,
): TransformedFile {
  const body = program["body"] as SyntaxNode[];
  const edits: Edit[] = [];
  const specifiers: ImportedSpecifier[] = [];
  const note = (argument: SyntaxNode | undefined, mode: ImportMode, isRequired: boolean): void => {
    if (argument?.type === "Literal" && typeof argument["value"] === "string")
      specifiers.push({ specifier: argument["value"], mode, isRequired });
  };
  const visit = (node: SyntaxNode): void => {
    if (node.type === "ImportExpression") {
      edits.push({ start: node.start, end: node.start + "import".length, text: IMPORT_NAME });
      note(node["source"] as SyntaxNode, "import", false);
    } else if (node.type === "CallExpression") {
      const callee = node["callee"] as SyntaxNode;
      const [first] = node["arguments"] as SyntaxNode[];
      // In a transformed ES module each require was an import.
      if (callee.type === "Identifier" && callee["name"] === "require") note(first, isEsm ? "import" : "require", isTransformed);
    }
    for (const child of childNodes(node)) visit(child);
  };
  visit(program);
  const bindings = new Set<string>();
  collectLexical(body, bindings);
  for (const statement of body) collectVar(statement, bindings);
  return { code: applyEdits(code, edits), format: "cjs", isEsm, bindings: [...bindings], specifiers, sourceMapUrl };
}
