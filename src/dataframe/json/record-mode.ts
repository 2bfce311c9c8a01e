/** What becomes of a record that cannot be read: Spark's modes, shared by JSON and CSV, files and functions. */
import type { Boxed, StructType } from "../../columnar/types";
import { QueryError } from "../errors";

export type ParseMode = LenientMode | "FAILFAST";
/** Queries go on when a record cannot be read. */
export type LenientMode = "PERMISSIVE" | "DROPMALFORMED";

type Row = readonly Boxed[];

/** A record that is not of the schema; `partial` holds what could be read of its rows. */
export class BadRecord extends Error {
  constructor(
    readonly partial: readonly Row[],
    options: { readonly cause?: unknown } = {},
  ) {
    super("The record is not of the schema.", options);
  }
}

/** `parse` gives rows without the column of corrupt records, and throws BadRecord. */
export type RecordParser = (record: string) => readonly Row[];

/** The schema of what `parse` has to give. */
export function withoutCorruptColumn(schema: StructType, column: string): StructType {
  return { kind: "struct", fields: schema.fields.filter((field) => field.name !== column) };
}

/**
 * Rows of the whole schema; the column of corrupt records, where there is one, holds the record's text. `notice` hears of
 * records that are passed over or have NULLs instead of what could not be read, unless that column is there to tell of them.
 */
export function recordReader(
  parse: RecordParser,
  schema: StructType,
  mode: ParseMode,
  corruptColumn: string,
  notice?: (mode: LenientMode, record: string) => void,
): (record: string) => readonly Row[] {
  const corruptAt = schema.fields.findIndex((field) => field.name === corruptColumn);
  const width = schema.fields.length - (corruptAt < 0 ? 0 : 1);
  const whole = (row: Row, record: string | null): Row =>
    corruptAt < 0 ? row : [...row.slice(0, corruptAt), record, ...row.slice(corruptAt)];
  const nothing = new Array<Boxed>(width).fill(null);
  return (record) => {
    try {
      const rows = parse(record);
      return corruptAt < 0 ? rows : rows.map((row) => whole(row, null));
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      if (corruptAt < 0 && mode !== "FAILFAST") notice?.(mode, record);
      if (mode === "DROPMALFORMED") return [];
      const partial = error.partial.length === 0 ? [nothing] : error.partial;
      if (mode === "PERMISSIVE") return partial.map((row) => whole(row, record));
      throw new QueryError(
        "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
        { badRecord: shownRow(partial[0] as Row), failFastMode: "FAILFAST" },
        undefined,
        { cause: error.cause },
      );
    }
  };
}

function shownRow(row: Row): string {
  return `[${row.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value))).join(",")}]`;
}
