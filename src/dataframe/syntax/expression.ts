/**
 * Expressions as they were written, in SQL or through the DataFrame API: plain data that knows no schema. Names are as
 * the user spelled them. Analysis turns them into expressions (../expressions).
 */
import type { Frozen } from "../../closure/frozen";
import type { Boxed, DataType } from "../../columnar/types";
import type { QueryContext } from "../errors";
import type { UnresolvedPlan } from "./plan";

interface Located {
  /** Where it was written. */
  readonly at?: QueryContext;
}

export type UnresolvedExpression = Located &
  (
    | { readonly kind: "literal"; readonly value: Boxed; readonly type: DataType }
    /** `a.b.c`: table, column and field names, to be told apart by analysis. */
    | { readonly kind: "name"; readonly parts: readonly string[]; readonly planId?: number; readonly metadata?: boolean }
    /** `*`, `t.*`, `* EXCEPT (a, b.c)`, `* REPLACE`. */
    | {
        readonly kind: "star";
        readonly qualifier: readonly string[];
        readonly except: readonly (readonly string[])[];
        readonly replace?: readonly { readonly name: string; readonly expression: UnresolvedExpression }[];
      }
    /** A column of the input by its place, from 1: groupBy(1). */
    | { readonly kind: "place"; readonly position: number }
    /** colRegex and quoted-regex columns. */
    | { readonly kind: "regex"; readonly qualifier: readonly string[]; readonly pattern: string }
    /**
     * Functions, and all operators by their registry names: + - * / % div || as "+", "-", …; = <=> == != < <= > >=; and, or, not;
     * "isnull", "isnotnull", "like", "ilike", "rlike", "in", "between", "case" (conditions and values alternate, else last),
     * "negative", "positive", "~", "&", "|", "^", "<<", ">>", ">>>", "when" as "case".
     */
    | {
        readonly kind: "call";
        /** Parts of the function's name, as spelled; several for catalog.db.f. */
        readonly name: readonly string[];
        readonly args: readonly UnresolvedExpression[];
        /** f(a => 1): names of trailing arguments, by position in `args`. */
        readonly argNames?: readonly (string | null)[];
        readonly distinct?: boolean;
        readonly filter?: UnresolvedExpression;
        readonly ignoreNulls?: boolean;
        /** WITHIN GROUP (ORDER BY …). */
        readonly withinGroup?: readonly UnresolvedExpression[];
        readonly over?: UnresolvedWindow;
        /** What a random call without a seed of its own draws by: random-calls.ts. */
        readonly seed?: string;
        /** The call is an operator or a special form of the grammar: not looked up among user functions. */
        readonly operator?: boolean;
      }
    | { readonly kind: "cast"; readonly child: UnresolvedExpression; readonly type: DataType; readonly mode: "cast" | "try" }
    | {
        readonly kind: "alias";
        readonly child: UnresolvedExpression;
        readonly names: readonly string[];
        readonly metadata?: Readonly<Record<string, unknown>>;
      }
    /** x[i], x.getItem(i): `index` is an expression; a field name is a string literal. */
    | {
        readonly kind: "extract";
        readonly child: UnresolvedExpression;
        readonly index: UnresolvedExpression;
        readonly field?: boolean;
      }
    | { readonly kind: "lambda"; readonly params: readonly string[]; readonly body: UnresolvedExpression }
    | {
        readonly kind: "sortOrder";
        readonly child: UnresolvedExpression;
        readonly ascending: boolean;
        readonly nullsFirst: boolean | null;
      }
    | { readonly kind: "scalarSubquery"; readonly plan: UnresolvedPlan }
    | { readonly kind: "exists"; readonly plan: UnresolvedPlan }
    | { readonly kind: "inSubquery"; readonly values: readonly UnresolvedExpression[]; readonly plan: UnresolvedPlan }
    /** struct fields: withField, dropFields. */
    | {
        readonly kind: "updateFields";
        readonly child: UnresolvedExpression;
        readonly path: readonly string[];
        readonly value: UnresolvedExpression | null;
      }
    /** :name and ?; `sql(text, args)` binds them. */
    | { readonly kind: "parameter"; readonly name: string | null; readonly position: number }
    /** IDENTIFIER(expr) as the name of a column or function. */
    | {
        readonly kind: "identifier";
        readonly expression: UnresolvedExpression;
        readonly call?: Extract<UnresolvedExpression, { kind: "call" }>;
      }
    /** A user function of the program, as `udf(f)` made it; see api/udf. */
    | {
        readonly kind: "userFunction";
        readonly fn: UserFunction;
        readonly args: readonly UnresolvedExpression[];
        readonly distinct?: boolean;
        readonly over?: UnresolvedWindow;
      }
    /** col("x").outer() */
    | { readonly kind: "outer"; readonly child: UnresolvedExpression }
    /** INTERVAL with parts that are not literals: INTERVAL a + 1 DAY. */
    | {
        readonly kind: "multiUnitInterval";
        readonly parts: readonly { readonly value: UnresolvedExpression; readonly unit: string }[];
      }
    /** ORDER BY ALL, GROUP BY ALL, LIMIT ALL: only directly in those clauses. */
    | { readonly kind: "all" }
    /** DEFAULT in VALUES of an INSERT. */
    | { readonly kind: "default" }
  );

export interface UnresolvedWindow extends Located {
  /** OVER w, or a window that starts from w. */
  readonly reference?: string;
  readonly partitionBy: readonly UnresolvedExpression[];
  readonly orderBy: readonly UnresolvedExpression[];
  readonly frame?: UnresolvedFrame;
}

export interface UnresolvedFrame {
  readonly unit: "rows" | "range";
  readonly start: UnresolvedBound;
  readonly end: UnresolvedBound;
}

/** Offsets are expressions; negative ones of the API come as "preceding" of the positive. */
export type UnresolvedBound =
  | { readonly kind: "unboundedPreceding" | "unboundedFollowing" | "currentRow" }
  | { readonly kind: "preceding" | "following"; readonly offset: UnresolvedExpression };

/** The key of a user function's captured code. Copies of the function have it, too; a plan's bytes do not. */
export const CODE = Symbol.for("firesteel.code");

/** A JavaScript function with what SQL needs to know of it. `id` names the captured function in plans. */
export interface UserFunction {
  readonly id: string;
  /** On the driver, for as long as a plan or the program has the function. */
  readonly [CODE]?: Frozen;
  readonly name: string;
  readonly returnType: DataType;
  /** The type of the results of one call by the types of its arguments, where it follows them; analysis asks it once a call. */
  readonly resultType?: (types: readonly DataType[]) => DataType;
  /** Names of its parameters; null where arguments can be given by place alone. Analysis asks for them where a call has names. */
  readonly parameters?: () => readonly string[] | null;
  readonly deterministic: boolean;
  readonly nullable: boolean;
  /** "scalar": once a row; "batch": once a batch, over Arrow vectors; "aggregate": an Aggregator; "table": rows out of a row. */
  readonly form: "scalar" | "batch" | "aggregate" | "table";
  /** Of a table function that is called with a table. */
  readonly tableCall?: TableCall;
}

/** Behind the columns of the table come so many keys of its partitions, and so many other arguments of the function. */
export interface TableCall {
  readonly keys: number;
  readonly args: number;
  /** The place of the table's row among the arguments. */
  readonly position: number;
}
