/** `df.na`: rows and values that are missing. */
import { UsageError } from "../../common/errors";
import { isPlainObject } from "../../common/plain-object";
import { Decimal } from "../types/decimal";
import type { DataType, StructField } from "../../columnar/types";
import { unresolvedName } from "../analysis/suggestions";
import type { UnresolvedExpression } from "../syntax/expression";
import { refuse, refusePlainly } from "./check";
import { nameExpression, nameParts } from "./column";
import type { DataFrame } from "./dataframe";
import { literalOf, intLiteral } from "./literal";
import { pendingPlan } from "./pending";

const NUMERIC = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);

type Fill = number | string | boolean | bigint;

/** What drop leaves out, by name. */
export interface DropOptions {
  readonly how?: "any" | "all";
  /** Rows with fewer values than this are left out, whatever `how` says. */
  readonly thresh?: number;
  readonly subset?: string | readonly string[];
}

export class DataFrameNaFunctions {
  constructor(private readonly df: DataFrame) {}

  /**
   * Without the rows that have nulls or NaN: in any of the columns ("any"), in all of them ("all"), or in so many that fewer than
   * `minNonNulls` values are left, whatever `how` says. `drop(["a", "b"])` looks at these columns, and so does `drop(2, ["a", "b"])`;
   * `drop({ how, thresh, subset })` says all by names. The columns and the number of values may stand in either order, as in
   * `drop("any", ["a", "b"], 2)` and PySpark's `drop("any", 2, ["a", "b"])`; null is as good as nothing.
   */
  drop(
    how?: "any" | "all" | number | readonly string[] | DropOptions | null,
    second?: string | readonly string[] | number | null,
    third?: string | readonly string[] | number | null,
  ): DataFrame {
    if (isPlainObject(how)) {
      const { how: either, subset, thresh } = how as DropOptions;
      return this.drop(either, subset, thresh);
    }
    const isHow = typeof how === "string";
    if (isHow && how !== "any" && how !== "all") {
      throw new UsageError("INVALID_ARGUMENT", `na.drop: how is "any" or "all", not ${JSON.stringify(how)}.`);
    }
    const { least, subset } = leastAndSubset(isHow ? [second, third] : [how, second, third]);
    return this.df.derive("drop", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        const tests =
          subset === undefined
            ? fields.map((field) => present({ kind: "name", parts: [field.name] }, field.type))
            : subset.map((name) => {
                const type = fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.type;
                return present(nameExpression(name), type ?? { kind: "null" });
              });
        const condition = atLeast(least ?? (how === "all" ? 1 : tests.length), tests);
        return { kind: "filter", child: this.df.plan, condition };
      }),
    );
  }

  /** Values for nulls (and NaN): one for all columns of its type, or for those of `subset`; or a map of columns and values. */
  fill(value: Fill | Readonly<Record<string, Fill>>, subset?: string | readonly string[]): DataFrame {
    const isFill = ["number", "string", "boolean", "bigint"].includes(typeof value);
    if (!isFill && !isPlainObject(value))
      refuse("na.fill: the value", "a number, a string, a boolean, or an object of columns and values", value);
    const names = isFill ? (subset === undefined ? null : [subset].flat()) : Object.keys(value);
    return this.df.derive("fill", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        for (const name of names ?? []) checkName(name, fields);
        const expressions = fields.map((field): UnresolvedExpression => {
          const column: UnresolvedExpression = { kind: "name", parts: [field.name] };
          const filler = typeof value === "object" ? value[field.name] : fits(value, field, names) ? value : undefined;
          return filler === undefined ? column : filled(column, field, filler);
        });
        return { kind: "project", child: this.df.plan, expressions };
      }),
    );
  }

  /**
   * Other values for some values: `replace(10, 20)`, `replace([1, 2], [3, 4], "a")`, `replace({ Ann: "Anna" }, ["name"])`. Keys
   * of objects are numbers where they look like it and stand for numbers or null; a Map says what it is.
   */
  replace(from: unknown, to?: unknown, subset?: string | readonly string[]): DataFrame {
    const isMap = from instanceof Map || (typeof from === "object" && from !== null && !Array.isArray(from));
    const columns = isMap && subset === undefined ? (to as string | readonly string[] | undefined) : subset;
    const pairs = isMap ? (from instanceof Map ? [...(from as Map<unknown, unknown>)] : entriesOf(from)) : pairsOf(from, to);
    const names = columns === undefined ? null : [columns].flat();
    refuseMixed(pairs.flat());
    return this.df.derive("replace", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        for (const name of names ?? []) checkName(name, fields);
        const expressions = fields.map((field): UnresolvedExpression => {
          const column: UnresolvedExpression = { kind: "name", parts: [field.name] };
          if (names !== null && !names.includes(field.name)) return column;
          const fitting = pairs.filter(([key]) => matches(key, field.type));
          if (fitting.length === 0) return column;
          const cases = fitting.flatMap(([key, other]) => [
            call("=", column, literalOf(key)),
            cast(literalOf(other), field.type),
          ]);
          return { kind: "alias", child: call("case", ...cases, column), names: [field.name] };
        });
        return { kind: "project", child: this.df.plan, expressions };
      }),
    );
  }
}

/** Of na.drop's arguments the number of values and the columns, each at most once, whichever comes first. */
function leastAndSubset(args: readonly unknown[]): { least: number | undefined; subset: readonly string[] | undefined } {
  let least: number | undefined;
  let subset: readonly string[] | undefined;
  for (const arg of args) {
    if (arg === undefined || arg === null) continue;
    if (typeof arg === "number") {
      if (least !== undefined) throw new UsageError("INVALID_ARGUMENT", "na.drop: the number of values is given twice.");
      if (!Number.isInteger(arg)) refuse("na.drop: the number of values", "a whole number", arg);
      least = arg;
      continue;
    }
    const names: readonly unknown[] = Array.isArray(arg) ? arg : [arg];
    const other = names.find((name) => typeof name !== "string");
    if (other !== undefined) refusePlainly("na.drop: a column", "a name", other);
    if (subset !== undefined) throw new UsageError("INVALID_ARGUMENT", "na.drop: the columns are given twice.");
    subset = names as readonly string[];
  }
  return { least, subset };
}

/** There is a value, and it is a number where it is one of a floating type. */
function present(column: UnresolvedExpression, type: DataType): UnresolvedExpression {
  const notNull = call("isnotnull", column);
  const isFloating = type.kind === "double" || type.kind === "float";
  return isFloating ? call("and", notNull, call("not", call("isnan", column))) : notNull;
}

/** So many of the conditions hold. */
function atLeast(count: number, conditions: readonly UnresolvedExpression[]): UnresolvedExpression {
  if (count <= 0) return literalOf(true);
  if (conditions.length < count) return literalOf(false);
  if (count === conditions.length) return conditions.reduce((left, right) => call("and", left, right));
  if (count === 1) return conditions.reduce((left, right) => call("or", left, right));
  const ones = conditions.map((condition) => call("case", condition, intLiteral(1), intLiteral(0)));
  return call(
    ">=",
    ones.reduce((left, right) => call("+", left, right)),
    intLiteral(count),
  );
}

/** What an object's keys and values stand for: keys are text there, also those that were written as numbers. */
function entriesOf(object: object): [unknown, unknown][] {
  return Object.entries(object).flatMap(([key, other]: [string, unknown]): [unknown, unknown][] => {
    const isNumber = key.trim() !== "" && !Number.isNaN(Number(key));
    if (isNumber && typeof other === "number") return [[Number(key), other]];
    return isNumber && (other === null || other === undefined)
      ? [
          [Number(key), null],
          [key, null],
        ]
      : [[key, other]];
  });
}

function checkName(name: string, fields: readonly StructField[]): void {
  const parts = nameParts(name);
  const last = parts.at(-1)!.toLowerCase();
  if (fields.some((field) => field.name.toLowerCase() === last)) return;
  throw unresolvedName(
    parts,
    fields.map((field) => [field.name]),
    undefined,
  );
}

/** Values and what replaces them are all booleans, all numbers or all text, beside nulls. */
function refuseMixed(values: readonly unknown[]): void {
  const kinds = values.filter((value) => value !== null && value !== undefined).map(kindOf);
  if (new Set(kinds.filter((kind) => kind !== null)).size > 1) {
    throw new UsageError(
      "MIXED_TYPE_REPLACEMENT",
      "na.replace: values and what replaces them are all numbers, all text or all booleans. Replace one kind after the other.",
    );
  }
}

function kindOf(value: unknown): string | null {
  if (typeof value === "bigint" || value instanceof Decimal) return "number";
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean" ? typeof value : null;
}

function pairsOf(from: unknown, to: unknown): [unknown, unknown][] {
  const keys = Array.isArray(from) ? (from as unknown[]) : [from];
  if (Array.isArray(to)) {
    if (to.length !== keys.length) throw new UsageError("INVALID_ARGUMENT", "na.replace: both arrays must have the same length.");
    return keys.map((key, i) => [key, (to as unknown[])[i]]);
  }
  return keys.map((key) => [key, to ?? null]);
}

function call(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args, operator: true };
}

function cast(child: UnresolvedExpression, type: DataType): UnresolvedExpression {
  return { kind: "cast", child, type, mode: "cast" };
}

function matches(value: unknown, type: DataType): boolean {
  switch (typeof value) {
    case "number":
    case "bigint":
      return NUMERIC.has(type.kind);
    case "string":
      return type.kind === "string";
    case "boolean":
      return type.kind === "boolean";
    default:
      return false;
  }
}

function fits(value: Fill, field: StructField, names: readonly string[] | null): boolean {
  return (names === null || names.some((name) => nameParts(name).at(-1) === field.name)) && matches(value, field.type);
}

function filled(column: UnresolvedExpression, field: StructField, value: Fill): UnresolvedExpression {
  const { type } = field;
  const isFloating = type.kind === "double" || type.kind === "float";
  const present = isFloating ? call("nanvl", column, cast(literalOf(null), type)) : column;
  return { kind: "alias", child: call("coalesce", present, cast(literalOf(value), type)), names: [field.name] };
}
