/**
 * Sources of programs behind the interface of data sources. Their functions are captured when they are registered; relations
 * and write specs name them, and they travel with the stages that do. So tasks need no registry: they know one source, "user".
 */
import { UsageError } from "../../../common/errors";
import { freeze } from "../../../closure/freeze";
import type { StructField, StructType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { parseSchema } from "../../sql/parse-type";
import { CODE, type UserFunction } from "../../syntax/expression";
import { externalizer } from "../../types/values";
import type { BatchSink, DataSource, PlanRequest, SaveRequest, ScanRequest, SourceWriter, WriteTask } from "../data-source";
import { recordBatches, recordBatchesLater, rowConverter } from "../record-batches";
import type { Relation } from "../relation";
import { simpleFilters } from "../simple-filters";
import type { UserDataSource, UserDataWriter, UserSave, UserScan, UserWriteTask } from "./definition";

interface Handle {
  readonly read: UserFunction;
  readonly source: string;
  readonly paths: readonly string[];
}

const definitions = new Map<string, UserDataSource>();
let functions = 0;

/** Captures a function, and gives what plans name it by. */
function captured(f: (...args: never[]) => unknown, name: string): UserFunction {
  const id = `source-${process.pid}-${++functions}`;
  const code = freeze(f, { name });
  return { id, [CODE]: code, name, returnType: { kind: "null" }, deterministic: true, nullable: true, form: "table" };
}

/** What the registry knows a program's source by. */
export function userSource(definition: UserDataSource): DataSource {
  const { name } = definition;
  const read = captured(definition.read, `${name}.read`);
  definitions.set(name.toLowerCase(), definition);
  const { write } = definition;
  const writer = write === undefined ? undefined : userWriter(write, captured(write.rows, `${name}.write.rows`));
  return {
    ...reading,
    name,
    pathless: true,
    async relation({ options, paths, schema }) {
      const { schema: own } = definition;
      const found = schema ?? (typeof own === "function" ? await own(options, paths) : own);
      const handle: Handle = { read, source: name.toLowerCase(), paths };
      return {
        format: reading.name,
        name: [name, ...paths].join(" "),
        schema: typeof found === "string" ? parseSchema(found) : found,
        partitionColumns: [],
        options,
        files: null,
        statistics: { sizeInBytes: Number.MAX_SAFE_INTEGER, rowCount: null, columns: {} },
        handle,
      };
    },
    ...(writer !== undefined && { writer }),
  };
}

function scanOf(
  request: Pick<PlanRequest & ScanRequest, "relation" | "columns" | "pushed" | "limit">,
  settings: ScanRequest["settings"],
): UserScan {
  const { relation, columns, pushed, limit } = request;
  return {
    options: relation.options,
    paths: (relation.handle as Handle).paths,
    columns: columns.map(({ path }) => path[0]!),
    filters: simpleFilters(pushed, relation, columns).map(({ column, operator, type, values }) => {
      const external = values.map(externalizer(type, settings));
      return { column, operator, ...(values.length > 0 && { value: operator === "in" ? external : external[0] }) };
    }),
    limit,
  };
}

/** What a scan of the source gives: those of the relation's columns that are asked for. */
function fieldsOf(relation: Relation, columns: readonly string[]): readonly StructField[] {
  return columns.map((name) => relation.schema.fields.find((field) => field.name === name)!);
}

const reading: DataSource = {
  name: "user",
  relation() {
    throw new UsageError("INVALID_ARGUMENT", "Sources of programs are read under the names that they were registered with.");
  },
  async plan(request, { settings }) {
    const { source } = request.relation.handle as Handle;
    const definition = definitions.get(source);
    const partitions = (await definition?.partitions?.(request.relation.options, scanOf(request, settings))) ?? [undefined];
    if (!Array.isArray(partitions))
      throw new UsageError("INVALID_ARGUMENT", `The partitions of the data source ${source} must be an array.`);
    return partitions.map((partition: unknown) => [{ partition }]);
  },
  open() {
    throw new UsageError("INVALID_ARGUMENT", "Sources of programs are opened by openLater.");
  },
  openLater(splits, request, env) {
    const { relation, settings } = request;
    const { read, source } = relation.handle as Handle;
    const scan = scanOf(request, settings);
    const fields = fieldsOf(relation, scan.columns);
    const call = env.userFunction(read.id) as unknown as UserDataSource["read"];
    const counted = (batch: ColumnBatch): ColumnBatch => {
      env.checkInterrupted();
      env.read(0, batch.length);
      return batch;
    };
    const open = ({ partition }: { readonly partition: unknown }): Iterable<unknown> | AsyncIterable<unknown> => {
      const records: unknown = call(partition, scan);
      if (typeof records === "object" && records !== null && (Symbol.iterator in records || Symbol.asyncIterator in records))
        return records as Iterable<unknown> | AsyncIterable<unknown>;
      throw new UsageError(
        "INVALID_ARGUMENT",
        `read of the data source ${source} must give an iterable of rows, as a generator does.`,
      );
    };
    const parts = (splits as readonly { readonly partition: unknown }[]).map(open);
    if (!parts.some((part) => Symbol.asyncIterator in part)) {
      return sourceOfBatches(
        (function* () {
          for (const part of parts as Iterable<unknown>[])
            for (const batch of recordBatches(part, fields, settings)) yield counted(batch);
        })(),
      );
    }
    return (async function* () {
      for (const part of parts)
        for await (const batch of recordBatchesLater(part as AsyncIterable<unknown>, fields, settings)) yield counted(batch);
    })();
  },
};

/** What tasks know: one source for all programs' sources. */
export const userSourceOfTasks: DataSource = {
  ...reading,
  writer: {
    begin() {
      throw new UsageError("INVALID_ARGUMENT", "Sources of programs are written under the names that they were registered with.");
    },
    open: openSink,
  },
};

function sourceOfBatches(batches: Generator<ColumnBatch, void, undefined>): BatchSource {
  return {
    next() {
      const { value, done } = batches.next();
      return done === true ? null : value;
    },
    close: () => void batches.return(),
  };
}

interface Spec extends UserSave {
  readonly rows: UserFunction;
  readonly state: unknown;
  readonly settings: ScanRequest["settings"];
}

function userWriter(write: UserDataWriter, rows: UserFunction): SourceWriter {
  return {
    taskSource: reading.name,
    async begin({ options, path, mode, schema, settings, partitionBy }: SaveRequest) {
      if (partitionBy.length > 0)
        throw new UsageError("INVALID_ARGUMENT", "partitionBy: a data source of the program has no partition columns.");
      const request: UserSave = { options: options, path, mode, schema };
      const state = await write.begin?.(request);
      const spec: Spec = { ...request, rows, state, settings };
      const withState = { ...request, state };
      return {
        spec,
        async commit(messages) {
          await write.commit?.(messages, withState);
          return { files: 0, bytes: 0, rows: 0 };
        },
        async abort(messages) {
          await write.abort?.(messages, withState);
        },
      };
    },
    open: openSink,
  };
}

function openSink(given: unknown, task: WriteTask): BatchSink {
  const { rows, settings, ...request } = given as Spec;
  const spool = task.spool();
  return {
    write: (batch) => spool.add(batch),
    commit() {
      const call = task.userFunction(rows.id) as unknown as UserDataWriter["rows"];
      const { partition, attemptId } = task;
      const about: UserWriteTask = { ...request, partition, attempt: String(attemptId) };
      const result = call(rowsOfBatches(spool.batches(), request.schema, settings, task), about);
      return result instanceof Promise ? result.then((message: unknown) => message ?? null) : (result ?? null);
    },
    abort() {},
  };
}

function* rowsOfBatches(
  batches: Iterable<ColumnBatch>,
  schema: StructType,
  settings: ScanRequest["settings"],
  task: WriteTask,
): Generator<unknown, void, undefined> {
  const convert = rowConverter(schema.fields, settings);
  for (const batch of batches) {
    task.checkInterrupted();
    yield* convert(batch);
  }
}
