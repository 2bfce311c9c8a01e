/**
 * The one list of SQL functions and operators. An entry says all that analysis, evaluation, code generation and the
 * documentation need; the files of families/ hold them. Operators are entries too ("+", "and", "case", …).
 */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { AggregateCall, Call, Expression, GeneratorCall, Lambda, Literal, SortOrder } from "../expressions/expression";
import type { QueryContext } from "../errors";
import { loadLibraries } from "../libraries";
import type { SqlSettings } from "../settings";

export interface FunctionDoc {
  /** Spark's group: "string", "math", "datetime", "agg", "window", "array", "map", "lambda", … */
  readonly group: string;
  /** One or two sentences on what it gives. */
  readonly usage: string;
  /** Runnable SQL with its result as `spark-sql` prints it: [["SELECT upper('a')", "A"], …]. */
  readonly examples: readonly (readonly [sql: string, result: string])[];
  readonly since?: string;
}

interface Entry {
  /** Lower case; the first is the primary name, the others are aliases. */
  readonly names: readonly string[];
  readonly doc: FunctionDoc;
  /** Names of parameters, for f(name => value) and error messages. */
  readonly parameters?: readonly string[];
  /** Values of the last parameters, for calls by name that leave them out; an entry that has some names the parameter that a call lacks. */
  readonly parameterDefaults?: readonly Literal[];
}

/** What `bind` may use. `args` have been analysed, with their natural types; lambdas are bound by the entry itself through `bindLambda`. */
export interface BindContext {
  readonly settings: SqlSettings;
  /** As spelled, lower case. */
  readonly name: string;
  /** Written as an operator: -x, not negative(x). */
  readonly operator?: boolean;
  readonly at: QueryContext | undefined;
  /** IGNORE NULLS was written. Window functions get it set by analysis; aggregates look here. */
  readonly ignoreNulls?: boolean;
  /** WITHIN GROUP (ORDER BY …). */
  readonly withinGroup?: readonly SortOrder[];
  /** DISTINCT was written. Analysis sets it, and FILTER, on the AggregateCalls that `bind` gives. */
  readonly distinct?: boolean;
  /** What a random call draws by where its arguments name no seed; a new one where this has none. */
  readonly seed?: string;
  /** A new id for a lambda variable or attribute. */
  nextId(): number;
  /** Evaluates an expression without columns; throws AnalysisError where it has some. */
  fold(expression: Expression): Literal;
  /**
   * The lambda at an argument's place, with parameters of these types and its body analysed. Before that it stands among
   * `args` as a Lambda of type null with the names of its parameters and an empty body. An argument that is no lambda
   * becomes the body of one whose parameters are not named. Throws INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH.
   */
  bindLambda(argument: Expression, parameters: readonly { readonly type: DataType; readonly nullable: boolean }[]): Lambda;
}

/**
 * Types and coerces arguments; gives what the call becomes: usually a Call of this entry, or other expressions (Spark's
 * RuntimeReplaceable) with `printed` set. Throws AnalysisError: WRONG_NUM_ARGS, DATATYPE_MISMATCH.*, …
 */
export type Bind<R = Expression> = (args: readonly Expression[], context: BindContext) => R;

export interface ScalarFunction extends Entry {
  readonly kind: "scalar";
  readonly bind: Bind;
  /** False for rand, uuid, …: neither folded, moved nor evaluated twice. */
  readonly deterministic?: boolean;
  /** False for what must wait for a row although its arguments are constants: raise_error, assert_true. */
  readonly foldable?: boolean;
  /**
   * "propagate" (default): any null argument gives null, and the evaluator never sees one. "custom": the evaluator sees
   * nulls. "lazy": `evaluateLazy` decides which arguments are evaluated.
   */
  readonly nulls?: "propagate" | "custom" | "lazy";
  /** Made once for a call in a task; the function it gives is called once a row. Throws QueryError for values it cannot take. */
  readonly evaluate?: (call: Call, context: EvaluationContext) => (...args: Boxed[]) => Boxed;
  readonly evaluateLazy?: (call: Call, context: EvaluationContext) => (args: readonly (() => Boxed)[]) => Boxed;
  /** Arguments that are lambdas: `evaluate` gets a function of boxed values in their place. Positions. */
  readonly lambdas?: readonly number[];
  /** How Spark prints the call where that is not name(arg, …). */
  readonly print?: (call: Call, args: readonly string[]) => string;
}

export interface EvaluationContext {
  readonly settings: SqlSettings;
  /** The task's partition, for monotonically_increasing_id, rand(seed), spark_partition_id. */
  readonly partition: number;
  /** Of the file being read; null elsewhere. */
  inputFile(): { readonly path: string; readonly start: number; readonly length: number } | null;
}

/**
 * An aggregate on boxed values: what every entry has. Codegen has its own code for the frequent ones (count, sum, avg, min,
 * max, …) and is tested against this. State is an array of boxed values, one for each of `stateTypes`, so that partial
 * states travel as columns.
 */
export interface AggregateFunction extends Entry {
  readonly kind: "aggregateFunction";
  readonly bind: Bind;
  readonly deterministic?: boolean;
  readonly accumulator: (call: AggregateCall, context: EvaluationContext) => Accumulator;
  readonly print?: (call: AggregateCall, args: readonly string[]) => string;
}

export interface Accumulator<S = unknown> {
  readonly stateTypes: readonly DataType[];
  init(): S;
  /** `args` as evaluated, nulls included. May change and return `state`. */
  update(state: S, args: readonly Boxed[]): S;
  merge(state: S, other: S): S;
  finish(state: S): Boxed;
  /** Between S and what travels. */
  toColumns(state: S): readonly Boxed[];
  fromColumns(columns: readonly Boxed[]): S;
  /** Undoes an update exactly, where that is possible: sliding windows use it. */
  retract?(state: S, args: readonly Boxed[]): S;
}

/** rank, lag, …: computed by exec/window by name; the entry types them. */
export interface WindowFunction extends Entry {
  readonly kind: "windowFunction";
  readonly bind: Bind;
}

export interface GeneratorFunction extends Entry {
  readonly kind: "generatorFunction";
  /** Gives a GeneratorCall; its `type` is the struct of a row. */
  readonly bind: Bind<GeneratorCall>;
  /** Rows for one input row. */
  readonly generate: (call: GeneratorCall, context: EvaluationContext) => (...args: Boxed[]) => Iterable<readonly Boxed[]>;
}

/** In FROM only: range, sql_keywords, …; generators may stand there too. Its rows are known to the driver. */
export interface TableFunction extends Entry {
  readonly kind: "tableFunction";
  readonly bind: Bind<{ readonly schema: StructType; readonly rows: Iterable<readonly Boxed[]> }>;
}

export type FunctionEntry = ScalarFunction | AggregateFunction | WindowFunction | GeneratorFunction | TableFunction;

/** A thing a name stands for. Looked up in lower case. */
export class FunctionRegistry {
  readonly #byName = new Map<string, FunctionEntry>();

  constructor(entries: Iterable<FunctionEntry>) {
    for (const entry of entries) this.add(entry);
  }

  add(entry: FunctionEntry): void {
    for (const name of entry.names) {
      if (this.#byName.has(name)) throw new Error(`Two functions have the name ${name}.`);
      this.#byName.set(name, entry);
    }
  }

  find(name: string): FunctionEntry | undefined {
    return this.#byName.get(name) ?? (loadLibraries() ? this.#byName.get(name) : undefined);
  }

  names(): string[] {
    loadLibraries();
    return [...this.#byName.keys()].sort();
  }

  /** The scalar function with this primary name; a defect where there is none. */
  scalar(name: string): ScalarFunction {
    const entry = this.find(name);
    if (entry?.kind !== "scalar") throw new Error(`No scalar function ${name}.`);
    return entry;
  }

  aggregate(name: string): AggregateFunction {
    const entry = this.find(name);
    if (entry?.kind !== "aggregateFunction") throw new Error(`No aggregate function ${name}.`);
    return entry;
  }

  generator(name: string): GeneratorFunction {
    const entry = this.find(name);
    if (entry?.kind !== "generatorFunction") throw new Error(`No generator ${name}.`);
    return entry;
  }
}
