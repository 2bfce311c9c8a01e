/**
 * The data source "jdbc": tables and queries of databases, with Spark's options. No Java: PostgreSQL and SQLite are spoken to by
 * libraries of Node. Columns, filters and limits are passed on; tasks read ranges of a column.
 */
import type { StructType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import { UsageError } from "../../../common/errors";
import type { DataSource, ScanRequest } from "../data-source";
import { recordBatches, recordBatchesLater } from "../record-batches";
import { simpleFilter, simpleFilters } from "../simple-filters";
import type { Connection, Dialect } from "./dialect";
import { filterSql } from "./filters";
import { partitionConditions } from "./partitions";
import { tableRequest, type TableRequest } from "./request";
import { jdbcWriter } from "./write";

interface Handle {
  /** Columns by which the database can filter. */
  readonly comparable: readonly string[];
}

/** Types whose comparisons the database makes exactly as the engine does. */
const EXACT = new Set(["boolean", "byte", "short", "int", "long", "decimal", "date", "timestamp"]);

export const jdbcSource: DataSource = {
  name: "jdbc",
  pathless: true,
  aliases: ["org.apache.spark.sql.jdbc", "postgresql", "sqlite"],
  async relation({ options, schema }) {
    const request = tableRequest(options);
    const { dialect, target, connect, from, table } = request;
    const connection = await dialect.connect(target, { ...connect, readOnly: true });
    try {
      const columns = await connection.columns(from);
      const found: StructType = {
        kind: "struct",
        fields: columns.map(({ name, type }) => ({ name, type, nullable: true })),
      };
      const handle: Handle = { comparable: columns.filter((column) => column.comparable).map(({ name }) => name) };
      return {
        format: "jdbc",
        name: `jdbc ${dialect.name} ${table ?? "(query)"} ${from}`,
        schema: schema ?? found,
        partitionColumns: [],
        options,
        files: null,
        statistics: { sizeInBytes: Number.MAX_SAFE_INTEGER, rowCount: null, columns: {} },
        handle,
      };
    } finally {
      await connection.close();
    }
  },
  plan({ relation }) {
    const { dialect } = tableRequest(relation.options);
    const conditions = partitionConditions(relation.options, relation.schema, (column) => dialect.quoted(column));
    return Promise.resolve(conditions.map((condition) => [{ condition }]));
  },
  appliesFully(relation, filter) {
    const { dialect } = tableRequest(relation.options);
    if (dialect.name === "sqlite") return false;
    const simple = simpleFilter(filter, (attribute) => attribute.name);
    if (simple === null || simple.operator === "<=>" || simple.operator === "startsWith") return false;
    const always = simple.operator === "isNull" || simple.operator === "isNotNull";
    const exact = EXACT.has(simple.type.kind) || (simple.type.kind === "string" && ["=", "in"].includes(simple.operator));
    return (always || exact) && filterSql(simple, (relation.handle as Handle).comparable, dialect) !== null;
  },
  open() {
    throw new UsageError("INVALID_ARGUMENT", "Tables of databases are opened by openLater.");
  },
  openLater(splits, request, env) {
    const table = tableRequest(request.relation.options);
    const conditions = (splits as readonly { readonly condition: string | null }[]).map(({ condition }) => condition);
    const batches = later(table, conditions, request, () => env.checkInterrupted());
    return (async function* () {
      for await (const batch of batches) {
        env.read(0, batch.length);
        yield batch;
      }
    })();
  },
  writer: jdbcWriter,
};

function selectSql(table: TableRequest, condition: string | null, request: ScanRequest): string {
  const { dialect } = table;
  const { relation, columns, pushed, limit } = request;
  const names = columns.map(({ path }, i) => `${dialect.quoted(path[0]!)} AS c${i}`);
  const { comparable } = relation.handle as Handle;
  const filters = simpleFilters(pushed, relation, columns).flatMap((filter) => filterSql(filter, comparable, dialect) ?? []);
  const where = [...(condition === null ? [] : [condition]), ...filters].map((one) => `(${one})`);
  return (
    `SELECT ${names.length === 0 ? "1 AS c0" : names.join(", ")} FROM ${table.from}` +
    (where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`) +
    (limit === null ? "" : ` LIMIT ${limit}`)
  );
}

async function* later(
  table: TableRequest,
  conditions: readonly (string | null)[],
  request: ScanRequest,
  check: () => void,
): AsyncGenerator<ColumnBatch, void, undefined> {
  const { dialect, target, connect, fetchSize } = table;
  const connection: Connection = await dialect.connect(target, { ...connect, readOnly: true });
  try {
    for (const condition of conditions) {
      const rows = connection.rows(selectSql(table, condition, request), fetchSize);
      const fields = request.columns.map(({ path, type }) => ({ name: path[0]!, type, nullable: true }));
      const convert = converter(dialect, fields);
      if (Symbol.asyncIterator in rows) yield* recordBatchesLater(eachLater(rows, convert, check), fields, request.settings);
      else yield* recordBatches(each(rows, convert, check), fields, request.settings);
    }
  } finally {
    await connection.close();
  }
}

function converter(dialect: Dialect, fields: StructType["fields"]): (row: unknown[]) => unknown[] {
  const readers = fields.map(({ type }) => dialect.reader(type));
  // A query without columns still counts rows.
  if (fields.length === 0) return () => [];
  return (row) => row.map((value, i) => (value === null || value === undefined ? null : readers[i]!(value)));
}

function* each(rows: Iterable<unknown[]>, convert: (row: unknown[]) => unknown[], check: () => void): Generator<unknown[]> {
  let count = 0;
  for (const row of rows) {
    if ((++count & 1023) === 0) check();
    yield convert(row);
  }
}

async function* eachLater(
  rows: AsyncIterable<unknown[]>,
  convert: (row: unknown[]) => unknown[],
  check: () => void,
): AsyncGenerator<unknown[]> {
  let count = 0;
  for await (const row of rows) {
    if ((++count & 1023) === 0) check();
    yield convert(row);
  }
}
