/** `.type`: what TypeScript knows of an expression, by the `typescript` package of the user's own. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as TypeScript from "typescript";

const NAME = "__firesteelType";

export class TypeTeller {
  readonly #cells: string[] = [];
  #typescript: typeof TypeScript | undefined;
  #service: TypeScript.LanguageService | undefined;
  #version = 0;
  #text = "";

  /** @param folder whose node_modules are looked through. @param engineFolder where firesteel's declarations are. */
  constructor(
    private readonly folder: string,
    private readonly engineFolder: string,
  ) {}

  /** A cell that has run: what it declares is known from then on. */
  add(cell: string): void {
    this.#cells.push(cell);
  }

  /** @throws Error where there is no TypeScript, or the expression is wrong. */
  typeOf(expression: string): string {
    if (expression.trim() === "") throw new Error("Of what? .type EXPR");
    const ts = (this.#typescript ??= this.#load());
    this.#service ??= this.#start(ts);
    this.#text = programOf(this.#cells, expression);
    this.#version++;
    const program = this.#service.getProgram()!;
    const file = program.getSourceFile(this.#file)!;
    const begin = this.#text.lastIndexOf(`const ${NAME}`);
    const [wrong] = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].filter(
      ({ start }) => start !== undefined && start >= begin,
    );
    if (wrong !== undefined) throw new Error(ts.flattenDiagnosticMessageText(wrong.messageText, "\n"));
    const declaration = find(ts, file)!;
    const checker = program.getTypeChecker();
    const type = checker.getTypeAtLocation(declaration.name);
    return checker.typeToString(
      type,
      declaration,
      ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope,
    );
  }

  get #file(): string {
    return join(this.folder, "__firesteel_prompt.ts");
  }

  #load(): typeof TypeScript {
    const find = createRequire(join(this.folder, "prompt"));
    try {
      return find("typescript") as typeof TypeScript;
    } catch {
      throw new Error(`.type needs TypeScript: npm install typescript in ${this.folder}`);
    }
  }

  #start(ts: typeof TypeScript): TypeScript.LanguageService {
    const types = join(this.engineFolder, "types", "index.d.ts");
    if (!existsSync(types))
      throw new Error(`.type needs the declarations of firesteel, which are not at ${types} (npm run build:types)`);
    const options: TypeScript.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.es2023.d.ts"],
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      paths: { firesteel: [types], "firesteel/mllib": [join(this.engineFolder, "types", "mllib", "index.d.ts")] },
    };
    return ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [this.#file],
      getScriptVersion: (file) => (file === this.#file ? String(this.#version) : "0"),
      getScriptSnapshot: (file) => {
        const text = file === this.#file ? this.#text : ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.folder,
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists: (file) => file === this.#file || ts.sys.fileExists(file),
      readFile: (file) => ts.sys.readFile(file),
      directoryExists: (directory) => ts.sys.directoryExists(directory),
      getDirectories: (directory) => ts.sys.getDirectories(directory),
    });
  }
}

/** The cells inside of each other, so that each may declare again what an outer one has; imports stand before them all. */
export function programOf(cells: readonly string[], expression: string): string {
  const imports: string[] = [];
  const bodies = cells.map((cell) =>
    cell
      .replace(/^[ \t]*import\s(?:[^;"']*?\sfrom\s*)?["'][^"'\n]+["'][ \t]*;?/gm, (line) => {
        imports.push(line);
        return "";
      })
      .replace(
        /^[ \t]*export\s+(?:default\s+)?(?=(?:abstract\s+)?(?:const|let|var|function|async|class|enum|type|interface)\b)/gm,
        "",
      ),
  );
  const declared =
    `import type { SparkContext as $SparkContext, SparkSession as $SparkSession } from "firesteel";\nimport { functions as F } from "firesteel";\n` +
    `declare const spark: $SparkSession;\ndeclare const sc: $SparkContext;\n`;
  const unique = [...new Map(imports.map((line) => [line.trim(), line])).values()];
  return `${declared}${unique.join("\n")}\n${bodies.map((body) => `{\n${body}\n;`).join("")}\nconst ${NAME} = (${expression}\n);\n${"}".repeat(bodies.length)}\nexport {};\n`;
}

function find(ts: typeof TypeScript, node: TypeScript.Node): TypeScript.VariableDeclaration | undefined {
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === NAME) return node;
  return ts.forEachChild(node, (child) => find(ts, child));
}
