/**
 * The scripts that functions come from: their file, whether they are strict, what their top level imports and declares.
 * Read from the text that V8 compiled, so that it is right for plain JavaScript, and for what tsx, swc, esbuild and
 * TypeScript made of the user's files.
 */
import { helperOf } from "./helpers";
import { guessScript } from "./script-guess";
import { type FunctionLocation, type ScriptFacts, scriptFacts } from "./scopes";
import { fileOfUrl, noteSourceMap } from "./source-maps";
import { type SyntaxNode, isNode, parseScript, patternNames } from "./syntax";
import type { ImportPath } from "./wire";

/** A top-level variable that an import or a `require` bound. */
export interface ImportBinding {
  readonly specifier: string;
  readonly mode: "import" | "require";
  readonly path: ImportPath;
}

export interface Script {
  readonly id: string;
  readonly url: string;
  /** Absolute path; undefined for code that is no file (eval, REPL, standard input). */
  readonly file: string | undefined;
  readonly source: string;
  readonly isModule: boolean;
  /** What a parse of the whole text shows; made when it is first asked for. */
  readonly syntax: ScriptSyntax;
}

export interface ScriptSyntax {
  readonly isStrict: boolean;
  readonly imports: ReadonlyMap<string, ImportBinding>;
  /** Top-level functions and classes: offset of the text → variable. */
  readonly functions: ReadonlyMap<number, string>;
  /** Local name → exported name, of an ES module. */
  readonly exportNames: ReadonlyMap<string, string>;
  /** Whether the script exports anything: only then can it be meant as a module for others. */
  readonly hasExports: boolean;
}

/** Bigger scripts are bundles: a full parse would cost tens of milliseconds and find one module that is the main one. */
const LARGEST_PARSED = 400_000;

const cache = new Map<string, Script | undefined>();

/** The script of a function with the given text; undefined where V8 does not tell. */
export function scriptOf(location: FunctionLocation, text: string): Script | undefined {
  if (cache.has(location.scriptId)) return cache.get(location.scriptId);
  const facts = guessScript(location, text) ?? scriptFacts(location.scriptId);
  const script = facts && readScript(location.scriptId, facts);
  cache.set(location.scriptId, script);
  return script;
}

function readScript(id: string, { url, source, isModule, sourceMapUrl }: ScriptFacts): Script {
  noteSourceMap(url, sourceMapUrl);
  let syntax: ScriptSyntax | undefined;
  return {
    id,
    url,
    file: fileOfUrl(url),
    source,
    isModule,
    get syntax(): ScriptSyntax {
      return (syntax ??= readSyntax(source, isModule));
    },
  };
}

function readSyntax(source: string, isModule: boolean): ScriptSyntax {
  const program = source.length <= LARGEST_PARSED ? parseScript(source, isModule ? "module" : "script") : undefined;
  const body = program && topLevel(program);
  return {
    isStrict: isModule || (body ? hasUseStrict(body) : /^\s*(["'])use strict\1/.test(source)),
    imports: body ? readImports(body) : scanImports(source),
    functions: body ? readFunctions(body) : new Map(),
    exportNames: body && isModule ? readExports(body) : new Map(),
    hasExports: body ? exportsAnything(body, source) : false,
  };
}

/** The statements of the user's file: Jest wraps them into a function in an object literal. */
function topLevel(program: SyntaxNode): readonly SyntaxNode[] {
  const body = program["body"] as SyntaxNode[];
  const [only] = body;
  if (body.length !== 1 || only?.type !== "ExpressionStatement") return body;
  const expression = only["expression"] as SyntaxNode;
  if (expression.type !== "ObjectExpression") return body;
  const [property] = expression["properties"] as SyntaxNode[];
  const value = property?.["value"];
  return isNode(value) && value.type === "FunctionExpression" ? ((value["body"] as SyntaxNode)["body"] as SyntaxNode[]) : body;
}

function hasUseStrict(body: readonly SyntaxNode[]): boolean {
  for (const statement of body) {
    if (statement.type !== "ExpressionStatement" || typeof statement["directive"] !== "string") return false;
    if (statement["directive"] === "use strict") return true;
  }
  return false;
}

function readImports(body: readonly SyntaxNode[]): Map<string, ImportBinding> {
  const imports = new Map<string, ImportBinding>();
  for (const statement of body) {
    if (statement.type === "ImportDeclaration") {
      const specifier = (statement["source"] as SyntaxNode)["value"] as string;
      for (const one of statement["specifiers"] as SyntaxNode[]) {
        const local = (one["local"] as SyntaxNode)["name"] as string;
        imports.set(local, { specifier, mode: "import", path: importPath(one) });
      }
    } else if (statement.type === "VariableDeclaration") {
      for (const declarator of statement["declarations"] as SyntaxNode[]) readDeclarator(declarator, imports);
    }
  }
  return imports;
}

function importPath(specifier: SyntaxNode): ImportPath {
  if (specifier.type === "ImportNamespaceSpecifier") return { kind: "star" };
  if (specifier.type === "ImportDefaultSpecifier") return { kind: "export", name: "default" };
  const imported = specifier["imported"] as SyntaxNode;
  return { kind: "export", name: (imported["name"] ?? imported["value"]) as string };
}

/** `const x = require("…")` in its many spellings, and `const x = await import("…")`. */
function readDeclarator(declarator: SyntaxNode, imports: Map<string, ImportBinding>): void {
  const init = declarator["init"] as SyntaxNode | null;
  const loaded = init ? loadedModule(init) : undefined;
  if (!loaded) return;
  const id = declarator["id"] as SyntaxNode;
  if (id.type === "Identifier") {
    imports.set(id["name"] as string, loaded);
    return;
  }
  const whole = loaded.path.kind === "exports" || loaded.path.kind === "star";
  if (id.type !== "ObjectPattern" || !whole) return;
  for (const property of id["properties"] as SyntaxNode[]) {
    const key = property["key"] as SyntaxNode | undefined;
    const value = property["value"] as SyntaxNode | undefined;
    if (property["computed"] || key?.type !== "Identifier" || value?.type !== "Identifier") continue;
    imports.set(value["name"] as string, { ...loaded, path: { kind: "export", name: key["name"] as string } });
  }
}

function loadedModule(init: SyntaxNode): ImportBinding | undefined {
  if (init.type === "AwaitExpression") {
    const argument = init["argument"] as SyntaxNode;
    const source = argument.type === "ImportExpression" ? (argument["source"] as SyntaxNode) : undefined;
    return source?.type === "Literal"
      ? { specifier: String(source["value"]), mode: "import", path: { kind: "star" } }
      : undefined;
  }
  if (init.type === "MemberExpression" && !init["computed"]) {
    const loaded = loadedModule(init["object"] as SyntaxNode);
    const name = (init["property"] as SyntaxNode)["name"] as string;
    return loaded?.path.kind === "exports" ? { ...loaded, path: { kind: "export", name } } : undefined;
  }
  if (init.type !== "CallExpression") return undefined;
  const callee = init["callee"] as SyntaxNode;
  const [first] = init["arguments"] as SyntaxNode[];
  if (callee.type === "Identifier" && callee["name"] === "require") {
    return first?.type === "Literal" && typeof first["value"] === "string"
      ? { specifier: first["value"], mode: "require", path: { kind: "exports" } }
      : undefined;
  }
  const helper = calleeName(callee);
  const inner = first && helper !== undefined ? loadedModule(first) : undefined;
  if (inner?.path.kind !== "exports" || helper === undefined) return undefined;
  const kind = helperOf(helper);
  return kind === "star" || kind === "default-box" ? { ...inner, path: { kind } } : undefined;
}

function calleeName(callee: SyntaxNode): string | undefined {
  if (callee.type === "Identifier") return callee["name"] as string;
  if (callee.type === "MemberExpression") {
    const property = callee["property"] as SyntaxNode;
    const object = callee["object"] as SyntaxNode;
    return property["name"] === "_" || property["name"] === "default"
      ? (object["name"] as string | undefined)
      : (property["name"] as string | undefined);
  }
  if (callee.type === "SequenceExpression") return calleeName((callee["expressions"] as SyntaxNode[]).at(-1) as SyntaxNode);
  return undefined;
}

/** Imports of a bundle, whose tools write one a line. */
function scanImports(source: string): Map<string, ImportBinding> {
  const lines = source.match(/^(?:import\s.*|(?:var|let|const)\s+[\w$]+\s*=\s*.*\brequire\(.*)$/gm) ?? [];
  const imports = new Map<string, ImportBinding>();
  for (const line of lines.slice(0, 2000)) {
    const program = parseScript(line, "module");
    if (program) for (const [name, binding] of readImports(program["body"] as SyntaxNode[])) imports.set(name, binding);
  }
  return imports;
}

function readFunctions(body: readonly SyntaxNode[]): Map<number, string> {
  const functions = new Map<number, string>();
  for (const outer of body) {
    const declaration = outer["declaration"];
    const statement = outer.type.startsWith("Export") && isNode(declaration) ? declaration : outer;
    if ((statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") && statement["id"]) {
      functions.set(statement.start, (statement["id"] as SyntaxNode)["name"] as string);
    } else if (statement.type === "VariableDeclaration") {
      for (const declarator of statement["declarations"] as SyntaxNode[]) {
        const [name] = patternNames(declarator["id"] as SyntaxNode);
        const fn = functionIn(declarator["init"] as SyntaxNode | null);
        if (fn && name !== undefined && (declarator["id"] as SyntaxNode).type === "Identifier") functions.set(fn.start, name);
      }
    }
  }
  return functions;
}

/** The function that an initial value is, seen through `__name(fn, "…")`. */
export function functionIn(init: SyntaxNode | null): SyntaxNode | undefined {
  if (!init) return undefined;
  if (/^(?:ArrowFunctionExpression|FunctionExpression|ClassExpression)$/.test(init.type)) return init;
  if (init.type === "CallExpression" && calleeName(init["callee"] as SyntaxNode) === "__name") {
    return functionIn((init["arguments"] as SyntaxNode[])[0] ?? null);
  }
  return undefined;
}

function exportsAnything(body: readonly SyntaxNode[], source: string): boolean {
  return body.some((statement) => statement.type.startsWith("Export")) || /\bexports\b/.test(source);
}

function readExports(body: readonly SyntaxNode[]): Map<string, string> {
  const exports = new Map<string, string>();
  for (const statement of body) {
    const declaration = statement["declaration"] as SyntaxNode | null | undefined;
    if (statement.type === "ExportNamedDeclaration") {
      const id = declaration?.["id"];
      if (isNode(id)) exports.set(id["name"] as string, id["name"] as string);
      for (const one of (declaration?.["declarations"] ?? []) as SyntaxNode[]) {
        for (const name of patternNames(one["id"] as SyntaxNode)) exports.set(name, name);
      }
      if (statement["source"]) continue;
      for (const one of statement["specifiers"] as SyntaxNode[]) {
        const local = one["local"] as SyntaxNode;
        const exported = one["exported"] as SyntaxNode;
        if (local.type === "Identifier") exports.set(local["name"] as string, (exported["name"] ?? exported["value"]) as string);
      }
    } else if (statement.type === "ExportDefaultDeclaration") {
      const name =
        declaration?.type === "Identifier"
          ? declaration["name"]
          : (declaration?.["id"] as SyntaxNode | null | undefined)?.["name"];
      if (typeof name === "string") exports.set(name, "default");
    }
  }
  return exports;
}
