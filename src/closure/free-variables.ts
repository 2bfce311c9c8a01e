/**
 * What one function needs from outside: its free variables, which of them it assigns, and whether it uses `this`,
 * `super`, `arguments`, `import()` or `import.meta` of where it stands. Also what must change in its text so that it can
 * be compiled elsewhere. Pure syntax, cached by source text; values are found by scopes.ts.
 */
import { RecentlyUsed } from "./recently-used";
import { type Edit, type ParsedFunction, type SyntaxNode, blanked, childNodes, parseFunction, patternNames } from "./syntax";

export interface FunctionAnalysis {
  readonly parsed: ParsedFunction;
  readonly isClass: boolean;
  readonly isArrow: boolean;
  /** Free names, in order of first use. Globals are among them. */
  readonly free: readonly string[];
  /** Free names that the function, or a function inside it, assigns. */
  readonly assigned: ReadonlySet<string>;
  /** Free names whose values a class needs while it is being defined: computed keys, initial values of private statics. */
  readonly eager: ReadonlySet<string>;
  /** Where each assigned free name is used, to turn it into a field of a shared cell. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
  /** The `this` of where the function stands, which only arrow functions see. */
  readonly usesThis: boolean;
  /** Edits that turn that `this` into a captured variable named THIS_NAME. */
  readonly thisEdits: readonly Edit[];
  readonly usesSuper: boolean;
  readonly usesArguments: boolean;
  /** Private names (`#x`) used but not declared inside. */
  readonly foreignPrivate: string | undefined;
  readonly usesImport: boolean;
  readonly usesImportMeta: boolean;
  /** Literal specifiers of `import("…")`. */
  readonly dynamicImports: readonly string[];
  /** Literal specifiers of `require("…")`. */
  readonly requires: readonly string[];
  /** Changes that make the text stand alone, offsets into the source text. */
  readonly edits: readonly Edit[];
  readonly classInfo: ClassInfo | undefined;
  /** The function's own name, where its body uses it: a declaration's name may have been assigned something else. */
  readonly ownName: { readonly name: string; readonly start: number; readonly end: number } | undefined;
}

export interface ClassInfo {
  /** The parent is passed in under this name; undefined without a parent or with `extends null`. */
  readonly parentName: string | undefined;
  /** True when instances have `#private` state, which nothing outside the class can read. */
  readonly hasPrivateState: boolean;
}

export interface Reference {
  readonly start: number;
  readonly end: number;
  /** A shorthand property `{n}`, which must become `{n: cell.n}`. */
  readonly shorthand: boolean;
  /** A callee, which must not receive the cell as its `this`. */
  readonly callee: boolean;
}

/** Names that the compiled text may use; user code that declares them itself would break. */
export const PARENT_NAME = "__fs_parent";
/** Same lengths as what they stand for, so that columns stay. */
export const IMPORT_NAME = "$imprt";
export const IMPORT_META_NAME = "$importMeta";
export const THIS_NAME = "$ths";

/** Programs have few functions that travel, except those that make them from text. */
const cache = new RecentlyUsed<FunctionAnalysis>(5000);

/** The analysis of a function's source text. Throws a TaskError for text that cannot be parsed. */
export function analyzeFunction(source: string): FunctionAnalysis {
  let analysis = cache.get(source);
  if (!analysis) {
    analysis = new Analyzer(source).run();
    cache.set(source, analysis);
  }
  return analysis;
}

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
}

/** Where a walk stands: who owns `this`, and whether the code runs while a class is being defined. */
interface Place {
  readonly scope: Scope | undefined;
  readonly ownThis: boolean;
  readonly ownArguments: boolean;
  readonly defining: boolean;
  readonly privateNames: ReadonlySet<string>;
}

class Analyzer {
  private readonly free = new Set<string>();
  private readonly assigned = new Set<string>();
  private readonly eager = new Set<string>();
  private readonly references = new Map<string, Reference[]>();
  private readonly edits: Edit[] = [];
  private readonly thisEdits: Edit[] = [];
  private readonly dynamicImports: string[] = [];
  private readonly requires: string[] = [];
  private superOfOutside = false;
  private usesSuper = false;
  private usesArguments = false;
  private usesImport = false;
  private usesImportMeta = false;
  private foreignPrivate: string | undefined;
  private shift = 0;
  private ownScope: Scope | undefined;
  private ownNameUsed = false;

  constructor(private readonly source: string) {}

  run(): FunctionAnalysis {
    const parsed = parseFunction(this.source);
    this.shift = parsed.shift;
    const { node, member } = parsed;
    const isClass = node.type === "ClassExpression";
    const outermost: Place = { scope: undefined, ownThis: false, ownArguments: false, defining: false, privateNames: new Set() };
    let classInfo: ClassInfo | undefined;
    if (isClass) {
      classInfo = this.walkOutermostClass(node, outermost);
    } else {
      // The key of a method is not needed: the function gets its name back as a property.
      if (member?.["computed"]) this.replace(member["key"] as SyntaxNode, "0");
      this.walk(node, outermost);
    }
    const id = node["id"] as SyntaxNode | null | undefined;
    return {
      parsed,
      isClass,
      isArrow: node.type === "ArrowFunctionExpression",
      free: [...this.free],
      assigned: this.assigned,
      eager: this.eager,
      references: this.references,
      usesThis: this.thisEdits.length > 0 || this.superOfOutside,
      thisEdits: this.thisEdits,
      usesSuper: this.usesSuper,
      usesArguments: this.usesArguments,
      foreignPrivate: this.foreignPrivate,
      usesImport: this.usesImport,
      usesImportMeta: this.usesImportMeta,
      dynamicImports: this.dynamicImports,
      requires: this.requires,
      edits: this.edits,
      classInfo,
      ownName:
        id && this.ownNameUsed
          ? { name: id["name"] as string, start: id.start - this.shift, end: id.end - this.shift }
          : undefined,
    };
  }

  /**
   * The class that travels: its static fields and blocks have run on the driver, and what they left travels as
   * properties, so they are taken out of the text. Private statics cannot be read and start anew.
   */
  private walkOutermostClass(node: SyntaxNode, place: Place): ClassInfo {
    const parent = node["superClass"] as SyntaxNode | null;
    let parentName: string | undefined;
    if (parent && !(parent.type === "Literal" && parent["value"] === null)) {
      parentName = PARENT_NAME;
      this.replace(parent, PARENT_NAME);
    }
    const members = (node["body"] as SyntaxNode)["body"] as SyntaxNode[];
    const privateNames = privateNamesOf(node);
    const names = new Set<string>();
    if (node["id"]) names.add((node["id"] as SyntaxNode)["name"] as string);
    const inner: Place = { ...place, scope: { names, parent: place.scope }, privateNames };
    const privateStatics = members.some(
      (member) => member["static"] && isPrivate(member) && member.type === "PropertyDefinition",
    );
    let hasPrivateState = false;
    for (const member of members) {
      const isStatic = member["static"] === true || member.type === "StaticBlock";
      if (!isStatic && isPrivate(member)) hasPrivateState = true;
      if (member.type === "StaticBlock") {
        const text = this.source.slice(member.start - this.shift, member.end - this.shift);
        if (privateStatics && text.includes("#")) this.walkMember(member, inner, true);
        else this.replace(member, blanked(text));
      } else if (member.type === "PropertyDefinition" && isStatic && !isPrivate(member)) {
        this.replace(member, blanked(this.source.slice(member.start - this.shift, member.end - this.shift)));
      } else {
        this.walkMember(member, inner, isStatic && member.type === "PropertyDefinition");
      }
    }
    return { parentName, hasPrivateState };
  }

  private walkMember(member: SyntaxNode, place: Place, defining: boolean): void {
    if (member.type === "StaticBlock") {
      const names = new Set<string>();
      for (const statement of member["body"] as SyntaxNode[]) collectVar(statement, names);
      collectLexical(member["body"] as SyntaxNode[], names);
      const inner = { ...place, scope: { names, parent: place.scope }, ownThis: true, ownArguments: true, defining };
      for (const statement of member["body"] as SyntaxNode[]) this.walk(statement, inner);
      return;
    }
    if (member["computed"]) this.walk(member["key"] as SyntaxNode, { ...place, defining: true });
    const value = member["value"] as SyntaxNode | null;
    if (!value) return;
    this.walk(
      value,
      member.type === "PropertyDefinition"
        ? { ...place, ownThis: true, ownArguments: true, defining }
        : { ...place, ownThis: true },
    );
  }

  private walk(node: SyntaxNode | null | undefined, place: Place): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        this.use(node, place, false, false);
        return;
      case "ThisExpression":
        if (!place.ownThis) this.thisEdits.push({ start: node.start - this.shift, end: node.end - this.shift, text: THIS_NAME });
        return;
      case "Super":
        if (!place.ownThis) this.superOfOutside = true;
        this.usesSuper = true;
        return;
      case "PrivateIdentifier":
        if (!place.privateNames.has(node["name"] as string)) this.foreignPrivate ??= node["name"] as string;
        return;
      case "MemberExpression":
        this.walk(node["object"] as SyntaxNode, place);
        if (node["computed"] || (node["property"] as SyntaxNode).type === "PrivateIdentifier")
          this.walk(node["property"] as SyntaxNode, place);
        return;
      case "CallExpression":
      case "NewExpression":
        this.walkCall(node, place);
        return;
      case "TaggedTemplateExpression": {
        const tag = node["tag"] as SyntaxNode;
        if (tag.type === "Identifier") this.use(tag, place, false, true);
        else this.walk(tag, place);
        this.walk(node["quasi"] as SyntaxNode, place);
        return;
      }
      case "ImportExpression": {
        this.usesImport = true;
        const specifier = node["source"] as SyntaxNode;
        if (specifier.type === "Literal") this.dynamicImports.push(String(specifier["value"]));
        this.edits.push({ start: node.start - this.shift, end: node.start - this.shift + "import".length, text: IMPORT_NAME });
        this.walk(specifier, place);
        this.walk(node["options"] as SyntaxNode | null, place);
        return;
      }
      case "MetaProperty":
        if ((node["meta"] as SyntaxNode)["name"] === "import") {
          this.usesImportMeta = true;
          this.replace(node, IMPORT_META_NAME.padEnd(node.end - node.start));
        }
        return;
      case "Property":
        if (node["computed"]) this.walk(node["key"] as SyntaxNode, place);
        if (node["shorthand"] && (node["value"] as SyntaxNode).type === "Identifier")
          this.use(node["value"] as SyntaxNode, place, true, false);
        else this.walk(node["value"] as SyntaxNode, place);
        return;
      case "LabeledStatement":
        this.walk(node["body"] as SyntaxNode, place);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.walkFunction(node, place);
        return;
      case "ClassDeclaration":
      case "ClassExpression": {
        this.walk(node["superClass"] as SyntaxNode | null, place);
        const names = new Set<string>();
        if (node["id"]) names.add((node["id"] as SyntaxNode)["name"] as string);
        const privateNames = new Set([...place.privateNames, ...privateNamesOf(node)]);
        const inner = { ...place, scope: { names, parent: place.scope }, privateNames };
        for (const member of (node["body"] as SyntaxNode)["body"] as SyntaxNode[]) this.walkMember(member, inner, place.defining);
        return;
      }
      case "CatchClause": {
        const names = new Set(patternNames(node["param"] as SyntaxNode | null));
        const inner = { ...place, scope: { names, parent: place.scope } };
        this.walkPattern(node["param"] as SyntaxNode | null, inner, false);
        this.walk(node["body"] as SyntaxNode, inner);
        return;
      }
      case "BlockStatement":
        this.walkBlock(node["body"] as SyntaxNode[], place);
        return;
      case "SwitchStatement": {
        this.walk(node["discriminant"] as SyntaxNode, place);
        const cases = node["cases"] as SyntaxNode[];
        const names = new Set<string>();
        for (const one of cases) collectLexical(one["consequent"] as SyntaxNode[], names);
        const inner = { ...place, scope: { names, parent: place.scope } };
        for (const one of cases) for (const child of childNodes(one)) this.walk(child, inner);
        return;
      }
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.walkLoop(node, place);
        return;
      case "VariableDeclarator":
        this.walkPattern(node["id"] as SyntaxNode, place, false);
        this.walk(node["init"] as SyntaxNode | null, place);
        return;
      case "AssignmentExpression":
        this.walkPattern(node["left"] as SyntaxNode, place, true);
        this.walk(node["right"] as SyntaxNode, place);
        return;
      case "UpdateExpression":
        this.walkPattern(node["argument"] as SyntaxNode, place, true);
        return;
      default:
        for (const child of childNodes(node)) this.walk(child, place);
    }
  }

  private walkCall(node: SyntaxNode, place: Place): void {
    const callee = node["callee"] as SyntaxNode;
    const args = node["arguments"] as SyntaxNode[];
    if (callee.type === "Identifier") {
      this.use(callee, place, false, node.type === "CallExpression");
      const [first] = args;
      if (callee["name"] === "require" && args.length === 1 && first?.type === "Literal" && typeof first["value"] === "string") {
        this.requires.push(first["value"]);
      }
    } else {
      this.walk(callee, place);
    }
    for (const argument of args) this.walk(argument, place);
  }

  private walkFunction(node: SyntaxNode, place: Place): void {
    const isArrow = node.type === "ArrowFunctionExpression";
    const names = new Set<string>();
    let outer = place.scope;
    if (node["id"] && node.type === "FunctionExpression") {
      outer = { names: new Set([(node["id"] as SyntaxNode)["name"] as string]), parent: outer };
      if (!place.scope) this.ownScope = outer;
    }
    if (!isArrow) names.add("arguments");
    const params = node["params"] as SyntaxNode[];
    for (const param of params) for (const name of patternNames(param)) names.add(name);
    const body = node["body"] as SyntaxNode;
    if (body.type === "BlockStatement") {
      collectVar(body, names);
      collectLexical(body["body"] as SyntaxNode[], names);
    }
    const inner: Place = {
      ...place,
      scope: { names, parent: outer },
      ownThis: place.ownThis || !isArrow,
      ownArguments: place.ownArguments || !isArrow,
      defining: place.defining,
    };
    for (const param of params) this.walkPattern(param, inner, false);
    if (body.type === "BlockStatement") for (const statement of body["body"] as SyntaxNode[]) this.walk(statement, inner);
    else this.walk(body, inner);
  }

  private walkBlock(statements: readonly SyntaxNode[], place: Place): void {
    const names = new Set<string>();
    collectLexical(statements, names);
    const inner = names.size > 0 ? { ...place, scope: { names, parent: place.scope } } : place;
    for (const statement of statements) this.walk(statement, inner);
  }

  private walkLoop(node: SyntaxNode, place: Place): void {
    const names = new Set<string>();
    const head = (node["init"] ?? node["left"]) as SyntaxNode | null;
    if (head?.type === "VariableDeclaration") collectLexical([head], names);
    const inner = { ...place, scope: { names, parent: place.scope } };
    if (node.type === "ForStatement") {
      for (const child of childNodes(node)) this.walk(child, inner);
      return;
    }
    if (head?.type === "VariableDeclaration") this.walk(head, inner);
    else this.walkPattern(head, inner, true);
    this.walk(node["right"] as SyntaxNode, inner);
    this.walk(node["body"] as SyntaxNode, inner);
  }

  /** Patterns declare (then only their defaults and computed keys are looked at) or assign. */
  private walkPattern(pattern: SyntaxNode | null | undefined, place: Place, assigns: boolean, shorthand = false): void {
    if (!pattern) return;
    switch (pattern.type) {
      case "Identifier":
        if (assigns && this.use(pattern, place, shorthand, false)) this.assigned.add(pattern["name"] as string);
        return;
      case "AssignmentPattern":
        this.walkPattern(pattern["left"] as SyntaxNode, place, assigns, shorthand);
        this.walk(pattern["right"] as SyntaxNode, place);
        return;
      case "ObjectPattern":
        for (const property of pattern["properties"] as SyntaxNode[]) {
          if (property["computed"]) this.walk(property["key"] as SyntaxNode, place);
          this.walkPattern(
            (property["value"] ?? property["argument"]) as SyntaxNode,
            place,
            assigns,
            property["shorthand"] === true,
          );
        }
        return;
      case "ArrayPattern":
        for (const element of pattern["elements"] as (SyntaxNode | null)[]) this.walkPattern(element, place, assigns);
        return;
      case "RestElement":
        this.walkPattern(pattern["argument"] as SyntaxNode, place, assigns);
        return;
      default:
        this.walk(pattern, place);
    }
  }

  /** Notes the use of a name; true when it is free. */
  private use(node: SyntaxNode, place: Place, shorthand: boolean, callee: boolean): boolean {
    const name = node["name"] as string;
    for (let scope = place.scope; scope; scope = scope.parent) {
      if (!scope.names.has(name)) continue;
      if (scope === this.ownScope) this.ownNameUsed = true;
      return false;
    }
    if (name === "arguments" && !place.ownArguments) {
      this.usesArguments = true;
      return false;
    }
    this.free.add(name);
    if (place.defining) this.eager.add(name);
    const uses = this.references.get(name);
    const reference = { start: node.start - this.shift, end: node.end - this.shift, shorthand, callee };
    if (uses) uses.push(reference);
    else this.references.set(name, [reference]);
    return true;
  }

  private replace(node: SyntaxNode, text: string): void {
    this.edits.push({ start: node.start - this.shift, end: node.end - this.shift, text });
  }
}

function isPrivate(member: SyntaxNode): boolean {
  return (member["key"] as SyntaxNode | undefined)?.type === "PrivateIdentifier";
}

function privateNamesOf(classNode: SyntaxNode): Set<string> {
  const names = new Set<string>();
  for (const member of (classNode["body"] as SyntaxNode)["body"] as SyntaxNode[]) {
    if (isPrivate(member)) names.add((member["key"] as SyntaxNode)["name"] as string);
  }
  return names;
}

/** Names that `var` declares anywhere below, not entering functions. */
export function collectVar(node: SyntaxNode, names: Set<string>): void {
  if (/Function|Class|StaticBlock/.test(node.type)) return;
  if (node.type === "VariableDeclaration" && node["kind"] === "var") {
    for (const declarator of node["declarations"] as SyntaxNode[])
      for (const name of patternNames(declarator["id"] as SyntaxNode)) names.add(name);
  }
  for (const child of childNodes(node)) collectVar(child, names);
}

/** Names that `let`, `const`, `class` and `function` declare directly in a list of statements. */
export function collectLexical(statements: readonly SyntaxNode[], names: Set<string>): void {
  for (const statement of statements) {
    if (statement.type === "VariableDeclaration" && statement["kind"] !== "var") {
      for (const declarator of statement["declarations"] as SyntaxNode[]) {
        for (const name of patternNames(declarator["id"] as SyntaxNode)) names.add(name);
      }
    } else if ((statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") && statement["id"]) {
      names.add((statement["id"] as SyntaxNode)["name"] as string);
    }
  }
}
