/**
 * What Tab offers: members of a value, names, column names inside of strings, tables in SQL, paths of files. To know a value
 * the expression is evaluated, if it is one that runs nothing: names, members, and transformations of DataFrames, which are lazy. RDDs are
 * known by the names of what makes them: making one copies its records and reads its functions.
 */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import * as vm from "node:vm";
import { type SyntaxNode, parseScript } from "../../closure/syntax";
import type * as Engine from "../../engine";
import { LAST } from "./commands";
import { type CursorPlace, expressionBefore, placeOf } from "./cursor";

type Api = (typeof Engine)["api"];
type Frame = InstanceType<Api["DataFrame"]>;
/** What readline wants: candidates, and the text before the cursor that they stand for. */
export type Completion = [string[], string];

const KEYWORDS =
  "async await break case catch class const continue default delete do else enum export extends false finally for function if import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield".split(
    " ",
  );
const COMMANDS = [".error", ".exit", ".help", ".load ", ".paste", ".type "];
/** Calls whose string is a path. */
const TAKES_PATH = /(?:^|\.)(?:parquet|csv|json|text|textFile|wholeTextFiles|orc|xml|load|import|require)$/;
const TAKES_TABLE = /(?:^|\.)(?:table|sql|expr|selectExpr|cacheTable|insertInto)$/;
/** Members of the engine's classes that are for the engine. */
const INTERNAL = new Set(["constructor", "derive", "capture", "lifeline", "port", "node", "plan", "expression"]);
/** How long the columns of a DataFrame may take: files may have to be looked at. */
const LONGEST_ANALYSIS_MS = 1000;

export class Completer {
  readonly #columns = new WeakMap<Frame, Promise<readonly string[]>>();

  constructor(
    private readonly scope: Record<string, unknown>,
    private readonly api: Api,
    private readonly folder: string,
  ) {}

  /** @param text all that stands before the cursor, with earlier lines of the same text. */
  async complete(text: string): Promise<Completion> {
    const line = text.slice(text.lastIndexOf("\n") + 1);
    const load = /^\.load\s+(.*)$/.exec(line);
    if (load) return this.#files(load[1]!);
    if (/^\.\w*$/.test(line) && text === line)
      return among([...COMMANDS, ...this.#members(LAST).map((name) => `.${name}`)], line);
    const place = placeOf(text.replace(/^\.type\s/, ""));
    if (place.string !== undefined) return this.#inString(place, place.string);
    const word = /[\w$]*$/.exec(place.before)![0];
    const before = place.before.slice(0, place.before.length - word.length).trimEnd();
    if (before.endsWith(".") && !before.endsWith("..")) return among(this.#members(before.replace(/\??\.$/, "")), word);
    if (word === "") return [[], ""];
    const { scope } = this;
    const names = [
      ...Object.keys(scope).filter((name) => !/^(?:__|\$)/.test(name)),
      ...Object.getOwnPropertyNames(globalThis),
      ...KEYWORDS,
    ];
    return among(names, word);
  }

  #members(before: string): string[] {
    const expression = expressionBefore(before, before.length);
    const value = this.#valueOf(expression) ?? (this.#isRdd(expression) ? this.api.RDD.prototype : undefined);
    if (value === undefined || value === null) return [];
    const names = new Set<string>();
    for (let at: unknown = Object(value); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at))
        if (/^[A-Za-z$][\w$]*$/.test(name) && !INTERNAL.has(name)) names.add(name);
      if (at === Function.prototype) break;
    }
    return [...names];
  }

  async #inString({ calls }: CursorPlace, string: string): Promise<Completion> {
    const [callee = ""] = calls;
    if (TAKES_PATH.test(callee)) return this.#files(string);
    const names = new Set<string>();
    const frames = calls.map((call) => this.#frameOf(call)).filter((frame) => frame !== undefined);
    const candidates =
      frames.length > 0 ? [frames[0]!] : Object.values(this.scope).filter((value) => value instanceof this.api.DataFrame);
    for (const columns of await Promise.all(candidates.map((frame) => this.#columnsOf(frame))))
      for (const name of columns) names.add(name);
    if (TAKES_TABLE.test(callee)) {
      const tables = await this.api.SparkSession.getActiveSession()?.catalog.listTables();
      for (const { name } of tables ?? []) names.add(name);
    }
    // A column's name may hold blanks; in an expression the last word counts.
    const whole = among([...names], string);
    if (whole[0].length > 0) return whole;
    return among([...names], /[\w$]*$/.exec(string)![0]);
  }

  /** The DataFrame that a call is made on: of `df.join(other, "x").select`, what stands before `.select`. */
  #frameOf(call: string): Frame | undefined {
    const dot = call.lastIndexOf(".");
    const value = dot < 0 ? undefined : this.#valueOf(call.slice(0, dot).replace(/\?$/, ""));
    if (value instanceof this.api.DataFrame) return value;
    const grouped = (value as { df?: unknown } | undefined)?.df;
    return grouped instanceof this.api.DataFrame ? grouped : undefined;
  }

  #columnsOf(frame: Frame): Promise<readonly string[]> {
    let columns = this.#columns.get(frame);
    if (columns === undefined) {
      const late = new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), LONGEST_ANALYSIS_MS).unref());
      columns = Promise.race([frame.columns().catch(() => []), late]);
      this.#columns.set(frame, columns);
    }
    return columns;
  }

  /** The value of an expression that runs nothing; undefined for any other. */
  #valueOf(expression: string): unknown {
    const program = parseScript(`(${expression}\n)`, "script");
    const [statement] = (program?.["body"] ?? []) as SyntaxNode[];
    if (statement?.type !== "ExpressionStatement" || !this.#runsNothing(statement["expression"] as SyntaxNode)) return undefined;
    try {
      return vm
        .compileFunction(`"use strict";return (${expression}\n);`, [], { contextExtensions: [this.scope] })
        .call(undefined) as unknown;
    } catch {
      return undefined;
    }
  }

  /** Whether an expression, which is not evaluated, gives an RDD. */
  #isRdd(expression: string): boolean {
    const program = parseScript(`(${expression}\n)`, "script");
    const [statement] = (program?.["body"] ?? []) as SyntaxNode[];
    let node = statement?.["expression"] as SyntaxNode | undefined;
    for (;;) {
      const callee = node?.["callee"] as SyntaxNode | undefined;
      if (node?.type !== "CallExpression" || callee?.type !== "MemberExpression" || callee["computed"] === true) return false;
      const name = (callee["property"] as SyntaxNode)["name"] as string;
      node = callee["object"] as SyntaxNode;
      // Offsets count the bracket before the expression.
      const value = this.#valueOf(expression.slice(node.start - 1, node.end - 1));
      if (value instanceof this.api.SparkContext) return RDD_SOURCES.has(name);
      if (!RDD_TRANSFORMATIONS.has(name)) return false;
      if (value instanceof this.api.RDD) return true;
    }
  }

  #runsNothing(node: SyntaxNode): boolean {
    const all = (nodes: unknown): boolean =>
      (nodes as (SyntaxNode | null)[]).every((one) => one !== null && this.#runsNothing(one));
    switch (node.type) {
      case "Identifier":
      case "Literal":
        return true;
      case "ArrayExpression":
        return all(node["elements"]);
      case "ChainExpression":
        return this.#runsNothing(node["expression"] as SyntaxNode);
      case "UnaryExpression":
        return node["operator"] === "-" && this.#runsNothing(node["argument"] as SyntaxNode);
      case "ObjectExpression":
        return (node["properties"] as SyntaxNode[]).every(
          (property) =>
            property.type === "Property" && !property["computed"] && this.#runsNothing(property["value"] as SyntaxNode),
        );
      case "MemberExpression":
        return (
          this.#runsNothing(node["object"] as SyntaxNode) &&
          (!node["computed"] || (node["property"] as SyntaxNode).type === "Literal")
        );
      case "CallExpression": {
        const callee = node["callee"] as SyntaxNode;
        if (callee.type !== "MemberExpression" || callee["computed"] === true) return false;
        return this.#runsNothing(callee["object"] as SyntaxNode) && all(node["arguments"]) && this.#isLazy(callee);
      }
      default:
        return false;
    }
  }

  /** Whether a method only describes what is to be done: of the classes below, by its name. */
  #isLazy(callee: SyntaxNode): boolean {
    const name = (callee["property"] as SyntaxNode)["name"] as string;
    const object = callee["object"] as SyntaxNode;
    if (object.type === "Identifier" && this.scope[object["name"] as string] === this.api.functions) return true;
    return LAZY.has(name);
  }

  #files(typed: string): Completion {
    const folder = typed.endsWith("/") ? typed : dirname(typed);
    const begun = typed.endsWith("/") ? "" : basename(typed);
    try {
      const entries = readdirSync(resolve(this.folder, folder), { withFileTypes: true })
        .filter(({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")))
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
      return [entries.sort(), begun];
    } catch {
      return [[], typed];
    }
  }
}

/** Methods of sessions, readers, writers, DataFrames, groups and columns that start no job, whatever object has them. */
const LAZY = new Set(
  (
    "table range sql format option options schema parquet csv json text orc load " +
    "select selectExpr withColumn withColumns withColumnRenamed withColumnsRenamed drop toDF col as alias filter where limit offset " +
    "sample distinct dropDuplicates sort orderBy sortWithinPartitions repartition coalesce hint groupBy groupby rollup cube " +
    "agg join crossJoin union unionAll unionByName intersect intersectAll except exceptAll subtract dropna fillna replace " +
    "count_distinct avg mean sum min max pivot asc desc cast when otherwise over eq neq gt geq lt leq plus minus multiply divide " +
    "mode partitionBy bucketBy repartitionByRange unpivot melt fill and or not isNull isNotNull isin like rlike contains startsWith endsWith between getItem getField"
  ).split(" "),
);

/** Methods of a SparkContext that give an RDD. */
const RDD_SOURCES = new Set(
  "parallelize makeRDD range emptyRDD union textFile wholeTextFiles binaryFiles binaryRecords objectFile pickleFile".split(" "),
);
/** Methods of RDDs that give one. */
const RDD_TRANSFORMATIONS = new Set(
  (
    "map filter flatMap keyBy mapPartitions mapPartitionsWithIndex glom union zip zipPartitions zipWithIndex zipWithUniqueId cartesian coalesce " +
    "repartition pipe sample distinct intersection subtract keys values mapValues flatMapValues reduceByKey foldByKey aggregateByKey " +
    "combineByKey groupByKey groupBy partitionBy join leftOuterJoin rightOuterJoin fullOuterJoin cogroup groupWith subtractByKey sortBy " +
    "sortByKey repartitionAndSortWithinPartitions filterByRange cache persist unpersist setName"
  ).split(" "),
);

/** The names that begin with `word`; where there is none, those that do so but for small and capital letters. */
export function among(names: readonly string[], word: string): Completion {
  const found = [...new Set(names)].filter((name) => name.startsWith(word));
  const matches =
    found.length > 0 ? found : [...new Set(names)].filter((name) => name.toLowerCase().startsWith(word.toLowerCase()));
  return [matches.sort(), word];
}
