/** Plans over rows in memory, run as one task: what tests of operators and of generated code share. */
import { ByteWriter } from "../../../src/columnar";
import { batchOfBoxed, boxedRows, decodeBatchesOf, encodeBatch } from "../../../src/columnar/batch";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch, Vector } from "../../../src/columnar/vector";
import type {
  AggregateCall,
  Attribute,
  Expression,
  NamedExpression,
  SortOrder,
} from "../../../src/dataframe/expressions/expression";
import { callByName, literal } from "../../../src/dataframe/expressions/build";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { builtins } from "../../../src/dataframe/functions";
import type { BindContext } from "../../../src/dataframe/functions/registry";
import type { ExecEnv, ExecServices, OperatorMetrics } from "../../../src/dataframe/exec/ports";
import { openStage, type StageProgram } from "../../../src/dataframe/exec/stage-program";
import type { AggregateItem, PhysicalPlan, ScanExec, StagePlan, StageTaskInput } from "../../../src/dataframe/physical/plan";
import type { SqlSettings } from "../../../src/dataframe/settings";
import type { Relation } from "../../../src/dataframe/sources/relation";

export const settings: SqlSettings = {
  ansi: true,
  timeZone: "UTC",
  caseSensitive: false,
  now: 0,
  currentUser: "tester",
  currentCatalog: "spark_catalog",
  currentDatabase: "default",
  conf: {},
};

let ids = 1000;
export const nextId = (): number => ids++;

export function attribute(name: string, type: DataType, nullable = true): Attribute {
  return { kind: "attribute", id: nextId(), name, type, nullable, qualifier: [] };
}

export function bindContext(own: SqlSettings = settings): BindContext {
  return {
    settings: own,
    name: "",
    at: undefined,
    nextId,
    fold: (expression) => foldExpression(expression, own),
    bindLambda: () => {
      throw new Error("No lambdas here.");
    },
  };
}

/** Any function of the registry, bound and coerced. */
export function call(name: string, ...args: readonly Expression[]): Expression {
  return callByName(name, args, bindContext());
}

export function aggregate(name: string, ...args: readonly Expression[]): AggregateCall {
  return callByName(name, args, bindContext()) as AggregateCall;
}

export const int = (value: number): Expression => literal(value, { kind: "int" });
export const text = (value: string): Expression => literal(value, { kind: "string" });

export function alias(child: Expression, name: string): NamedExpression {
  return { kind: "alias", id: nextId(), name, child, type: child.type, nullable: child.nullable };
}

export function outputOf(expressions: readonly NamedExpression[]): readonly Attribute[] {
  return expressions.map(({ id, name, type, nullable }) => ({ kind: "attribute", id, name, type, nullable, qualifier: [] }));
}

export function ascending(child: Expression, nullsFirst = true): SortOrder {
  return { kind: "sortOrder", child, ascending: true, nullsFirst };
}

export function descending(child: Expression, nullsFirst = false): SortOrder {
  return { kind: "sortOrder", child, ascending: false, nullsFirst };
}

const RELATION: Relation = {
  format: "memory",
  name: "memory",
  schema: { kind: "struct", fields: [] },
  partitionColumns: [],
  options: {},
  files: null,
  statistics: { sizeInBytes: 0, rowCount: null, columns: {} },
};

/** Rows of a table in memory, cut into batches. */
export class Table {
  readonly scan: ScanExec;
  readonly batches: readonly ColumnBatch[];

  constructor(
    readonly columns: readonly Attribute[],
    readonly rows: readonly BoxedRow[],
    options: { readonly batchRows?: number; readonly form?: (vector: Vector, column: number) => Vector } = {},
  ) {
    const { batchRows = 100, form = (vector: Vector) => vector } = options;
    const types = columns.map((column) => column.type);
    const batches: ColumnBatch[] = [];
    for (let from = 0; from < rows.length; from += batchRows) {
      const batch = batchOfBoxed(rows.slice(from, from + batchRows), types);
      batches.push({ length: batch.length, columns: batch.columns.map(form) });
    }
    this.batches = batches;
    this.scan = {
      kind: "scan",
      id: nextId(),
      output: columns,
      relation: RELATION,
      columns: [],
      pushed: [],
      partitionFilters: [],
      limit: null,
    };
  }
}

export function sourceOf(batches: readonly ColumnBatch[]): BatchSource {
  let at = 0;
  return { next: () => batches[at++] ?? null, close: () => {} };
}

/** The same values behind a dictionary. */
export function asDictionary(vector: Vector): Vector {
  if (vector.form !== "fixed" && vector.form !== "bytes" && vector.form !== "wide") return vector;
  const { length } = vector;
  const codes = Int32Array.from({ length }, (_, i) => (vector.valid !== null && vector.valid[i] === 0 ? 0 : length - 1 - i));
  const back = Int32Array.from({ length }, (_, i) => length - 1 - i);
  const dictionary =
    vector.form === "bytes"
      ? {
          ...vector,
          starts: vector.starts.map((_, i) => vector.starts[back[i]!]!),
          ends: vector.ends.map((_, i) => vector.ends[back[i]!]!),
          valid: null,
        }
      : vector.form === "fixed"
        ? {
            ...vector,
            values: vector.values.map((_: number, i: number) => vector.values[back[i]!]!) as Float64Array,
            valid: null,
          }
        : null;
  return dictionary === null ? vector : { form: "dictionary", length, codes, dictionary, valid: vector.valid };
}

export interface Run {
  readonly rows: BoxedRow[];
  readonly batches: readonly ColumnBatch[];
  readonly program: StageProgram;
  readonly metrics: ReadonlyMap<number, OperatorMetrics>;
  readonly observed: readonly (readonly [string, readonly BoxedRow[]])[];
}

export interface RunOptions {
  readonly leaves?: Readonly<Record<number, number>>;
  readonly unions?: StageTaskInput["unions"];
  readonly settings?: SqlSettings;
  readonly services?: Partial<ExecServices>;
  readonly memory?: ExecEnv["memory"];
  readonly partition?: number;
  readonly tempFile?: () => string;
}

/** Runs a plan whose scans are the tables'. */
export function run(root: PhysicalPlan, tables: readonly Table[], options: RunOptions = {}): Run {
  const plan: StagePlan = {
    root,
    sink: { kind: "collect", limit: null },
    settings: options.settings ?? settings,
  };
  const services: ExecServices = {
    functions: builtins,
    openScan: (scan) => sourceOf(tables.find((table) => table.scan.id === scan.id)!.batches),
    readShuffle: () => sourceOf([]),
    external: () => sourceOf([]),
    broadcast: () => [],
    outdated: (outputs, why) => new Error(`${why} (maps ${outputs.map(({ map }) => map).join(", ")})`),
    decodeBatches: decodeBatchesOf,
    encodeBatch: (batch) => {
      const out = new ByteWriter(1 << 12);
      encodeBatch(out, batch);
      return out.copy();
    },
    userFunctions: undefined as never,
    keep: (_, make) => make(),
    ...options.services,
  };
  const metrics = new Map<number, OperatorMetrics>();
  const observed: (readonly [string, readonly BoxedRow[]])[] = [];
  const env: ExecEnv = {
    partition: options.partition ?? 0,
    memory: options.memory ?? { reserve: () => true, release: () => {}, heapFull: () => false },
    tempFile:
      options.tempFile ??
      (() => {
        throw new Error("No files here.");
      }),
    checkInterrupted: () => {},
    metrics: (node) => {
      let found = metrics.get(node);
      if (found === undefined) metrics.set(node, (found = { rows: 0, batches: 0, timeNs: 0, spilledBytes: 0 }));
      return found;
    },
    inputFile: () => null,
    observed: (name, states) => void observed.push([name, states]),
  };
  const program = openStage(plan, services);
  const scans = Object.fromEntries(tables.map((table) => [table.scan.id, []]));
  const { leaves = {}, partition = 0, unions = {} } = options;
  const ofRun = { now: 0, metrics: 0, shuffleId: null, shuffles: [], broadcasts: [] };
  const source = program.run({ input: { scans, shuffles: {}, leaves, unions, partition }, run: ofRun }, env);
  const batches: ColumnBatch[] = [];
  try {
    for (let batch = source.next(); batch !== null; batch = source.next()) batches.push(batch);
  } finally {
    source.close();
  }
  const types = root.output.map((column) => column.type);
  return { rows: batches.flatMap((batch) => boxedRows(batch, types)), batches, program, metrics, observed };
}

export function item(call: AggregateCall): AggregateItem {
  const accumulator = builtins.aggregate(call.fn).accumulator(call, { settings, partition: 0, inputFile: () => null });
  return {
    call,
    result: attribute(call.fn, call.type),
    state: accumulator.stateTypes.map((type, i) => attribute(`${call.fn}_${i}`, type)),
  };
}

/** Rows in an order of their own, for comparing results that have none. */
export function sorted(rows: readonly BoxedRow[]): string[] {
  return rows.map(textOf).sort();
}

export function textOf(row: readonly Boxed[]): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "number" && (Number.isNaN(value) || !Number.isFinite(value))) return String(value);
    return value instanceof Uint8Array ? `x${Buffer.from(value).toString("hex")}` : value;
  });
}
