/**
 * What makes a cell out of JavaScript: what its top level declares becomes variables of the session, which live on and may
 * be declared again; its value, or the value of each of its expressions, is handed out; and its imports become calls.
 *
 * The text of functions stays as it was, except for the keyword that declares them: they must be able to travel.
 */
import MagicString from "magic-string";
import { type SyntaxNode, childNodes, isNode, parseScript, patternNames } from "../../closure/syntax";

/** How values are handed out: `last` returns the value of the last statement, `each` calls `print` for every expression. */
export type ValueMode = "last" | "each";

export interface RewrittenCell {
  /** The body of a function with the parameter `$shell` (see `CellCalls`); it returns a promise. */
  readonly text: string;
  /** From `text` to the code that was given. */
  readonly map: string;
  /** Names that the cell declares in the session. */
  readonly declared: readonly string[];
}

/** What the text of cells calls. */
export interface CellCalls {
  /** What `await` waits for at the top level: fails at once when the cell is cancelled. */
  await(value: unknown): unknown;
  iterate(source: unknown): AsyncIterable<unknown>;
  /** The names that are imported; null for the module itself. */
  import(specifier: string, names: readonly string[] | null): Promise<unknown>;
  print(value: unknown): Promise<void>;
}

/** What they are called in the text; a cell that uses the name itself is refused by V8. */
export const CALLS_NAME = "$shell";

const OPEN = `"use strict";return (async () => {`;
const CLOSE = "\n})();";

/** @param code JavaScript without types. Throws for text that acorn cannot read. */
export function rewriteCell(code: string, mode: ValueMode): RewrittenCell {
  const program = parseScript(code, "module");
  if (program === undefined) throw new SyntaxError("The text cannot be read.");
  const rewriter = new Rewriter(code, mode);
  return rewriter.run(program["body"] as SyntaxNode[]);
}

class Rewriter {
  readonly #text: MagicString;
  readonly #declared = new Set<string>();
  readonly #imports: string[] = [];

  constructor(
    private readonly code: string,
    private readonly mode: ValueMode,
  ) {
    this.#text = new MagicString(code);
  }

  run(body: readonly SyntaxNode[]): RewrittenCell {
    body.forEach((statement, i) => this.#statement(statement, i === body.length - 1));
    this.#text.prepend(OPEN + this.#imports.join(""));
    this.#text.append(CLOSE);
    return {
      text: this.#text.toString(),
      map: this.#text.generateMap({ source: "code", hires: true }).toString(),
      declared: [...this.#declared],
    };
  }

  #statement(statement: SyntaxNode, isLast: boolean): void {
    switch (statement.type) {
      case "ImportDeclaration":
        this.#import(statement);
        return;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
      case "ExportAllDeclaration":
        this.#export(statement);
        return;
      case "FunctionDeclaration":
        this.#function(statement);
        return;
      case "ClassDeclaration":
        this.#class(statement);
        return;
      case "VariableDeclaration":
        this.#awaits(statement);
        if (/^(?:var|let|const)$/.test(statement["kind"] as string)) this.#variables(statement);
        return;
      case "ExpressionStatement":
        this.#awaits(statement);
        this.#expression(statement, isLast);
        return;
      default:
        this.#awaits(statement);
    }
  }

  #expression(statement: SyntaxNode, isLast: boolean): void {
    const expression = statement["expression"] as SyntaxNode;
    // An assignment is made for its effect.
    const isValue = !/^(?:AssignmentExpression|UpdateExpression)$/.test(expression.type);
    const handsOut = isValue && (this.mode === "each" || isLast);
    const [before, after] = handsOut
      ? this.mode === "each"
        ? [`;await ${CALLS_NAME}.print((`, "))"]
        : [";return {value: (", ")}"]
      : // Not a directive, and no call of what stands before.
        [";", ""];
    this.#text.appendLeft(statement.start, before);
    const ends = this.code[statement.end - 1] === ";" ? statement.end - 1 : statement.end;
    this.#text.appendRight(ends, after);
  }

  /** `const {a, b = 1} = x, c = 2` becomes `({a, b = 1} = x, c = 2)`. */
  #variables(declaration: SyntaxNode, inHead = false): void {
    const kind = declaration["kind"] as string;
    const declarators = declaration["declarations"] as SyntaxNode[];
    for (const declarator of declarators) {
      const id = declarator["id"] as SyntaxNode;
      for (const name of patternNames(id)) this.#declared.add(name);
      const init = declarator["init"] as SyntaxNode | null;
      if (init === null) {
        // `var x` leaves the value that x has.
        if (kind !== "var" && !inHead) this.#text.appendLeft(declarator.end, " = void 0");
        continue;
      }
      this.#freshEnum(id, init);
    }
    this.#text.overwrite(declaration.start, declaration.start + kind.length, inHead ? " " : ";(");
    if (!inHead) this.#text.appendLeft(declarators.at(-1)!.end, ")");
  }

  /** An enum that is declared again does not add to the one before: `(X || {})`, as esbuild writes it, becomes `({})`. */
  #freshEnum(id: SyntaxNode, init: SyntaxNode): void {
    if (id.type !== "Identifier" || init.type !== "CallExpression") return;
    const [argument] = init["arguments"] as SyntaxNode[];
    if (argument?.type !== "LogicalExpression" || argument["operator"] !== "||") return;
    const left = argument["left"] as SyntaxNode;
    const right = argument["right"] as SyntaxNode;
    if (left.type === "Identifier" && left["name"] === id["name"] && right.type === "ObjectExpression")
      this.#text.overwrite(argument.start, argument.end, "{}");
  }

  /**
   * `function f(x) {…}` becomes `f = function   (x) {…}`, before everything else: so f is there from the cell's beginning, is
   * called f, and its body sees what f means later.
   */
  #function(declaration: SyntaxNode): void {
    const id = declaration["id"] as SyntaxNode;
    const name = id["name"] as string;
    this.#declared.add(name);
    this.#text.appendRight(declaration.start, `;${name} = `);
    this.#text.overwrite(id.start, id.end, " ".repeat(id.end - id.start));
    this.#text.appendLeft(declaration.end, ";");
    if (declaration.start > 0) this.#text.move(declaration.start, declaration.end, 0);
  }

  #class(declaration: SyntaxNode): void {
    const name = (declaration["id"] as SyntaxNode)["name"] as string;
    this.#declared.add(name);
    this.#text.appendLeft(declaration.start, `;${name} = `);
    this.#text.appendLeft(declaration.end, ";");
    this.#classAwaits(declaration);
  }

  #import(statement: SyntaxNode): void {
    const specifier = JSON.stringify((statement["source"] as SyntaxNode)["value"]);
    const named: [string, string][] = [];
    let whole: string | undefined;
    for (const one of statement["specifiers"] as SyntaxNode[]) {
      const local = (one["local"] as SyntaxNode)["name"] as string;
      this.#declared.add(local);
      const imported = one["imported"] as SyntaxNode | undefined;
      if (one.type === "ImportNamespaceSpecifier") whole = local;
      else named.push([imported === undefined ? "default" : String(imported["name"] ?? imported["value"]), local]);
    }
    if (whole !== undefined) this.#imports.push(`${whole} = await ${CALLS_NAME}.import(${specifier}, null);`);
    if (whole === undefined || named.length > 0) {
      const names = JSON.stringify(named.map(([name]) => name));
      const pattern = named.map(([name, local]) => `${JSON.stringify(name)}: ${local}`).join(", ");
      this.#imports.push(`({${pattern}} = await ${CALLS_NAME}.import(${specifier}, ${names}));`);
    }
    this.#text.remove(statement.start, statement.end);
  }

  /** A file that is loaded may export: what it declares is declared here, the rest has no meaning. */
  #export(statement: SyntaxNode): void {
    const declaration = statement["declaration"];
    if (!isNode(declaration)) {
      this.#text.remove(statement.start, statement.end);
      return;
    }
    this.#text.overwrite(statement.start, declaration.start, ";");
    const isDeclaration = /Declaration$/.test(declaration.type) && declaration["id"] !== null;
    if (isDeclaration) this.#statement(declaration, false);
    else this.#awaits(statement);
  }

  /** Top-level `await`s and hoisted `var`s, wherever they stand outside of functions. */
  #awaits(node: SyntaxNode): void {
    for (const child of childNodes(node)) {
      if (/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(child.type)) continue;
      if (/^(?:ClassDeclaration|ClassExpression)$/.test(child.type) || child.type === "PropertyDefinition") {
        this.#classAwaits(child);
        continue;
      }
      this.#awaits(child);
      if (child.type === "AwaitExpression") this.#await(child);
      else if (child.type === "ForOfStatement" && child["await"] === true) this.#iterate(child);
      if (child.type === "VariableDeclaration" && child["kind"] === "var")
        this.#variables(child, /^For(?:In|Of)?Statement$/.test(node.type) && node["body"] !== child);
    }
    if (node.type === "ForOfStatement" && node["await"] === true) this.#iterate(node);
  }

  /** Bodies of classes are functions; what they extend, and computed keys, are not. */
  #classAwaits(node: SyntaxNode): void {
    const parent = node["superClass"];
    if (isNode(parent)) this.#awaits(parent);
  }

  #await(expression: SyntaxNode): void {
    const argument = expression["argument"] as SyntaxNode;
    this.#text.appendLeft(expression.start + "await".length, ` ${CALLS_NAME}.await(`);
    this.#text.appendLeft(argument.end, ")");
  }

  readonly #iterated = new Set<SyntaxNode>();

  #iterate(loop: SyntaxNode): void {
    if (this.#iterated.has(loop)) return;
    this.#iterated.add(loop);
    const source = loop["right"] as SyntaxNode;
    this.#text.appendRight(source.start, `${CALLS_NAME}.iterate(`);
    this.#text.appendLeft(source.end, ")");
  }
}
