/** JavaScript functions as functions of columns. They are captured, with what they use, where they are made. */
import { freeze, freezeValue } from "../../../closure/freeze";
import { parameterNames } from "../../../closure/parameter-names";
import type { DataType } from "../../../columnar/types";
import { UsageError } from "../../../common/errors";
import { CODE, type UserFunction } from "../../syntax/expression";
import { Column } from "../column";
import type { ColumnOrName, TypeOrText } from "../column";
import { parseTypeOrSchema } from "../../sql/parse-type";
import type { DataFrame } from "../dataframe";
import { TableArg } from "../table-arg";
import { column, value } from "./call";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of columns: what they are, the query knows
type AnyFunction = (...args: any[]) => unknown;

/** A function of columns that was made of a JavaScript function: call it with columns or names of columns. */
export interface UserDefinedFunction {
  (...columns: readonly ColumnOrName[]): Column;
  /** Internal. */
  readonly fn: UserFunction;
  /** The same function, which may give other results for the same arguments: it is called once a row, where it stands. */
  asNondeterministic(): UserDefinedFunction;
  /** The same function, which never gives null. */
  asNonNullable(): UserDefinedFunction;
  /** The same function under a name, for plans and columns. */
  withName(name: string): UserDefinedFunction;
}

/**
 * An aggregate in three steps: `reduce` takes the arguments of one row into a buffer, `merge` joins two buffers, `finish` makes
 * the result. Buffers are plain values, which travel between tasks.
 */
export interface Aggregator<B, R> {
  zero(): B;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  reduce(buffer: B, ...args: any[]): B;
  merge(left: B, right: B): B;
  finish(buffer: B): R;
}

/** The type of the results, as a type or its text, or by the types of the arguments: `([type]) => type`. */
export type ResultType = TypeOrText | ((types: readonly DataType[]) => TypeOrText);

let functions = 0;

function resultTypeOf(type: TypeOrText): DataType {
  return typeof type === "string" ? parseTypeOrSchema(type) : type;
}

/** Captures `code` and gives what plans call it by. */
export function userFunction(
  code: AnyFunction | object,
  form: UserFunction["form"],
  returnType: ResultType,
  call: string,
): UserFunction {
  const id = `udf-${process.pid}-${++functions}`;
  const frozen = typeof code === "function" ? freeze(code, { name: call }) : freezeValue(code, { name: call });
  const own = typeof code === "function" ? code.name : code.constructor.name;
  const fn = { id, [CODE]: frozen, name: own || "<lambda>", deterministic: true, nullable: true, form };
  if (typeof returnType !== "function") return { ...fn, returnType: resultTypeOf(returnType) };
  return { ...fn, returnType: { kind: "string" }, resultType: (types) => resultTypeOf(returnType(types)) };
}

/** The same for one that SQL may call, by names of its parameters too: of a class of handlers, those of `eval`. */
export function calledFunction(f: AnyFunction, form: UserFunction["form"], returnType: ResultType, call: string): UserFunction {
  const { eval: own } = ((f as { prototype?: unknown }).prototype ?? {}) as { readonly eval?: AnyFunction };
  return { ...userFunction(f, form, returnType, call), parameters: () => parameterNames(own ?? f) };
}

/** The function of columns for a function that was captured. */
export function columnFunction(fn: UserFunction): UserDefinedFunction {
  const apply = (...columns: readonly ColumnOrName[]): Column =>
    new Column({ kind: "userFunction", fn, args: columns.map((argument) => column(argument).expression) });
  return Object.assign(apply, {
    fn,
    asNondeterministic: () => columnFunction({ ...fn, deterministic: false }),
    asNonNullable: () => columnFunction({ ...fn, nullable: false }),
    withName: (name: string) => columnFunction({ ...fn, name }),
  });
}

function checked(f: unknown, call: string): AnyFunction {
  if (typeof f !== "function")
    throw new UsageError("INVALID_ARGUMENT", `${call} needs a function first, then the type of its results.`);
  return f as AnyFunction;
}

/**
 * A function that is called once a row, with the values of its columns (null for null). Its results are checked against
 * `returnType`, which is STRING unless given, and may follow the types of the arguments: `([type]) => type`.
 *
 * @example
 * const shout = functions.udf((text: string | null) => text?.toUpperCase() ?? null, types.StringType);
 * df.select(shout("city"));
 */
export function udf(f: AnyFunction, returnType: ResultType = "string"): UserDefinedFunction {
  return columnFunction(calledFunction(checked(f, "udf"), "scalar", returnType, "udf"));
}

/** A function that is called once a batch, with an Arrow vector for each column; gives a vector, typed array or array of as many values. */
export function arrow_udf(f: AnyFunction, returnType: ResultType = "string"): UserDefinedFunction {
  return columnFunction(calledFunction(checked(f, "arrow_udf"), "batch", returnType, "arrow_udf"));
}
export { arrow_udf as pandas_udf };

/**
 * An aggregate function of an Aggregator.
 *
 * @example
 * const product = functions.udaf({ zero: () => 1, reduce: (a, x) => a * x, merge: (a, b) => a * b, finish: (a) => a }, "double");
 * df.agg(product("pay"));
 */
export function udaf<B, R>(aggregator: Aggregator<B, R>, returnType: ResultType = "string"): UserDefinedFunction {
  for (const step of ["zero", "reduce", "merge", "finish"] as const) {
    if (typeof aggregator?.[step] !== "function") {
      throw new UsageError(
        "INVALID_ARGUMENT",
        `udaf needs an object with the functions zero, reduce, merge and finish; ${step} is none.`,
      );
    }
  }
  return columnFunction(userFunction(aggregator, "aggregate", returnType, "udaf"));
}

/** A function that udtf made: of columns it gives rows beside them; of a table, `df.asTable()`, a DataFrame. */
export interface UserDefinedTableFunction extends UserDefinedFunction {
  (...columns: readonly ColumnOrName[]): Column;
  (...args: readonly (ColumnOrName | TableArg)[]): DataFrame;
}

/**
 * A table function of several steps: `eval` gives rows for each call, or each row of a table that it is called with; `terminate`
 * gives more when all have been seen. Each partition of a table has an instance of its own.
 */
export interface TableFunctionHandler {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  eval(...args: any[]): Iterable<unknown> | null | undefined | void;
  terminate?(): Iterable<unknown> | null | undefined | void;
}

/**
 * A function that gives any number of rows (arrays or objects) for the values of its arguments: it stands where explode may
 * stand, and in FROM once it is registered. A class of handlers also takes tables there: it gets their rows, one after another.
 *
 * @param returnType the columns of the rows: "word STRING, count INT"
 *
 * @example
 * class Total {
 *   sum = 0;
 *   eval(row) { this.sum += row.pay; }
 *   *terminate() { yield [this.sum]; }
 * }
 * spark.udtf.register("total", functions.udtf(Total, "sum DOUBLE"));
 * spark.sql("SELECT * FROM total(TABLE(people) PARTITION BY city)");
 */
export function udtf(f: AnyFunction | (new () => TableFunctionHandler), returnType: TypeOrText): UserDefinedTableFunction {
  const type = resultTypeOf(returnType);
  if (type.kind !== "struct")
    throw new UsageError("INVALID_ARGUMENT", "udtf: the type of the results must be a struct, its rows.");
  const fn = calledFunction(checked(f, "udtf"), "table", type, "udtf");
  const onColumns = columnFunction(fn);
  const apply = (...args: readonly (ColumnOrName | TableArg)[]): Column | DataFrame => {
    const position = args.findIndex((arg) => arg instanceof TableArg);
    if (position < 0) return onColumns(...(args as readonly ColumnOrName[]));
    const plain = args.map((arg) => (arg instanceof TableArg ? value(null) : column(arg)).expression);
    return (args[position] as TableArg).calling(fn, plain, position);
  };
  return Object.assign(apply as UserDefinedTableFunction, { ...onColumns });
}
export { udtf as arrow_udtf };
