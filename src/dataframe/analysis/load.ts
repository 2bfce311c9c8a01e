/**
 * The step before the pass: everything that it will ask for by name is fetched, so that the pass itself waits for nothing.
 * Tables that turn out not to be meant (a CTE has the name) are fetched in vain; names that nobody knows stay unknown.
 */
import { mapConcurrently } from "../../filesystem/concurrently";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Literal } from "../expressions/expression";
import type { Relation } from "../sources/relation";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { QueryBinder } from "./analyze";
import { EMPTY_ENV } from "./binder";
import { functionNamed } from "./calls";
import type { AnalysisContext, NamedRelation, ReadSpec, ViewScope } from "./context";
import { tableName } from "./relations";

export interface RelationSource {
  /** Null where there is no such table or view. */
  table(name: readonly string[], inside: ViewScope | null): Promise<NamedRelation | null>;
  read(spec: ReadSpec): Promise<Relation>;
  /** The distinct values of a pivot's column, sorted. */
  pivotValues(plan: Extract<UnresolvedPlan, { kind: "pivot" }>): Promise<readonly Literal[]>;
}

export interface LoadedRelations {
  relation(name: readonly string[], inside: ViewScope | null): NamedRelation | null;
  read(spec: ReadSpec): Relation;
  pivotValues(plan: UnresolvedPlan): readonly Literal[];
}

/** What has a name, written or computed. */
interface Named {
  readonly name: readonly string[] | UnresolvedExpression;
  /** As of calls. */
  readonly operator?: boolean;
}

const UNREADABLE: ReadonlySet<string> = new Set(["orc", "xml"]);
const PATHLESS: ReadonlySet<string> = new Set(["hive", "jdbc"]);

/** Relations that are fetched at a time. */
const CONCURRENT = 16;

type Known = Omit<AnalysisContext, "relation" | "read" | "pivotValues">;

/** `root`: a plan, or any syntax that holds plans. */
export async function loadRelations(
  root: unknown,
  known: Known,
  source: RelationSource,
  inside: ViewScope | null = null,
): Promise<LoadedRelations> {
  const loader = new Loader(known, source);
  await loader.visit(root, inside);
  return loader;
}

class Loader implements LoadedRelations {
  readonly #tables = new Map<string, Promise<NamedRelation | null>>();
  readonly #found = new Map<string, NamedRelation | null>();
  readonly #reading = new Map<string, Promise<Relation>>();
  readonly #reads = new Map<string, Relation>();
  readonly #values = new Map<UnresolvedPlan, readonly Literal[]>();
  readonly #routines = new Set<unknown>();

  constructor(
    private readonly known: Known,
    private readonly source: RelationSource,
  ) {}

  relation(name: readonly string[], inside: ViewScope | null): NamedRelation | null {
    return this.#found.get(tableKey(name, inside)) ?? null;
  }

  read(spec: ReadSpec): Relation {
    const relation = this.#reads.get(readKey(spec));
    if (relation === undefined) throw new Error(`Not loaded: ${spec.format} ${spec.paths.join(", ")}.`);
    return relation;
  }

  pivotValues(plan: UnresolvedPlan): readonly Literal[] {
    return this.#values.get(plan) ?? [];
  }

  async visit(node: unknown, inside: ViewScope | null): Promise<void> {
    const found: (() => Promise<void>)[] = [];
    this.#find(node, inside, found);
    // Side by side, as each waits for file systems or catalogs. Of several errors the first one in the text is told.
    const failures = await mapConcurrently(found, CONCURRENT, (fetch) =>
      fetch().then(
        () => null,
        (error: unknown) => ({ error }),
      ),
    );
    for (const failure of failures) if (failure !== null) throw failure.error;
  }

  /** What has to be fetched, in the order of the text. Waits for nothing: a query has thousands of nodes. */
  #find(node: unknown, inside: ViewScope | null, found: (() => Promise<void>)[]): void {
    if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return;
    if (Array.isArray(node)) {
      for (const item of node) this.#find(item, inside, found);
      return;
    }
    const { kind } = node as { readonly kind?: unknown };
    if (kind === "local" || kind === "literal") return;
    if (kind === "table") found.push(() => this.#table(node as Extract<UnresolvedPlan, { kind: "table" }>, inside));
    if (kind === "read") found.push(() => this.#read(node as Extract<UnresolvedPlan, { kind: "read" }>));
    if (kind === "identifier") {
      const { expression, call } = node as Extract<UnresolvedExpression, { kind: "identifier" }>;
      if (call !== undefined) found.push(() => this.#routine({ name: expression }, inside));
    }
    // The name of a call inside of IDENTIFIER(…) is computed: see above.
    const isNamed =
      kind === "tableFunction" || (kind === "call" && (node as { readonly name: readonly string[] }).name.length > 0);
    if (isNamed) found.push(() => this.#routine(node as Named, inside));
    for (const part of Object.values(node)) this.#find(part, inside, found);
    if (kind === "pivot") {
      const pivot = node as Extract<UnresolvedPlan, { kind: "pivot" }>;
      if (pivot.values === null) found.push(async () => void this.#values.set(pivot, await this.source.pivotValues(pivot)));
    }
  }

  async #table(plan: Extract<UnresolvedPlan, { kind: "table" }>, inside: ViewScope | null): Promise<void> {
    const name = this.#name(plan, inside);
    const key = tableKey(name, inside);
    let loading = this.#tables.get(key);
    if (loading === undefined) {
      loading = this.source.table(name, inside);
      this.#tables.set(key, loading);
      const relation = await loading;
      this.#found.set(key, relation);
      if (relation?.kind === "view") await this.visit(relation.plan, relation.scope);
      if (relation === null && name.length === 2 && this.known.isFileFormat(name[0] as string)) {
        const [format, path] = name as readonly [string, string];
        if (path === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, plan.at);
        await this.#load({ format: format.toLowerCase(), paths: [path], options: plan.options ?? {} });
      }
      if (relation === null && name.length === 2) await this.#unreadable(name as [string, string], plan.at);
    }
  }

  /** Paths of formats that Spark knows and that cannot be read here. */
  async #unreadable([format, path]: readonly [string, string], at: QueryContext | undefined): Promise<void> {
    const dataSourceType = format.toLowerCase();
    if (PATHLESS.has(dataSourceType)) throw new AnalysisError("UNSUPPORTED_DATASOURCE_FOR_DIRECT_QUERY", { dataSourceType }, at);
    if (!UNREADABLE.has(dataSourceType)) return;
    if (path === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, at);
    // That there are no files comes first.
    await this.#load({ format: "binaryfile", paths: [path], options: {} });
    throw new AnalysisError("DATA_SOURCE_NOT_FOUND", { provider: format }, at);
  }

  #name(node: Named, inside: ViewScope | null): readonly string[] {
    const binder = new QueryBinder({ ...this.known, relation: () => null, read: (spec) => this.read(spec) });
    return tableName(binder, node.name, { ...EMPTY_ENV, view: inside });
  }

  async #read(plan: Extract<UnresolvedPlan, { kind: "read" }>): Promise<void> {
    const { at, format, paths, options, schema } = plan;
    try {
      await this.#load({ format, paths, options, ...(schema && { schema }), ...(at && { at }) });
    } catch (error) {
      // What is read says what is wrong with it; where it was asked for is known here.
      const isPlaceless = error instanceof AnalysisError && error.context === undefined && at !== undefined;
      throw isPlaceless ? new AnalysisError(error.errorClass, error.parameters, at, { cause: error.cause }) : error;
    }
  }

  async #load(spec: ReadSpec): Promise<void> {
    const key = readKey(spec);
    let reading = this.#reading.get(key);
    if (reading === undefined) this.#reading.set(key, (reading = this.source.read(spec)));
    this.#reads.set(key, await reading);
  }

  /** What the body of a SQL function reads. */
  async #routine(node: Named, inside: ViewScope | null): Promise<void> {
    const routine = functionNamed(this.known, { ...node, name: this.#name(node, inside) }, inside);
    if (routine === null || routine.kind !== "sql" || this.#routines.has(routine)) return;
    this.#routines.add(routine);
    await this.visit(routine.body, routine.scope);
    await this.visit(
      routine.parameters.map((parameter) => parameter.defaultValue),
      routine.scope,
    );
  }
}

function tableKey(name: readonly string[], inside: ViewScope | null): string {
  return JSON.stringify([name, inside?.catalog, inside?.database, inside?.temporary?.views]);
}

function readKey(spec: ReadSpec): string {
  return JSON.stringify([spec.format, spec.paths, spec.schema, spec.options]);
}
