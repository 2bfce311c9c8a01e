/**
 * Errors of queries, with Spark's error classes, SQLSTATEs and message parameters. The texts are in error-classes.ts, one
 * template a class; what a query's author must change is an AnalysisError, what its data did at run time a QueryError.
 */
import { FiresteelError } from "../common/errors";
import { renderError, sqlStateOf } from "./error-classes";

/** The part of a query, or the call in the user's program, that an error is about. */
export interface QueryContext {
  /** The fragment of SQL text, or the DataFrame call ("select at app.ts:3:7"). */
  readonly fragment: string;
  /** Offsets in the SQL text, both included, 0-based; -1 for DataFrame calls. */
  readonly startIndex: number;
  readonly stopIndex: number;
  /** 1-based line and 0-based column of the start, for SQL text. */
  readonly line?: number;
  readonly column?: number;
  /** The whole line of SQL text that the start is in, of errors of syntax. */
  readonly sourceLine?: string;
  /** The user's file, line and column, for DataFrame calls: "app.ts:3:7". */
  readonly callSite?: string;
}

export type Parameters = Readonly<Record<string, string>>;

abstract class SqlError extends FiresteelError {
  constructor(
    errorClass: string,
    parameters: Parameters = {},
    readonly context?: QueryContext,
    options: { readonly cause?: unknown } = {},
  ) {
    super(errorClass, renderError(errorClass, parameters, context), {
      parameters,
      ...sqlStateOf(errorClass),
      ...options,
    });
  }
}

/** The text is not SQL. */
export class ParseError extends SqlError {}

/** The query does not make sense against the catalog and the schemas: names, types, forms. */
export class AnalysisError extends SqlError {}

/** The query met a value that it cannot take: overflow, division by zero, a cast that fails, damaged input. */
export class QueryError extends SqlError {}
