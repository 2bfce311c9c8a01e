/** Makes the RDDs that a SparkContext offers: from local collections, streams, files and formats of the user's own. */
import { BatchEncoder, ByteWriter } from "../columnar";
import { UsageError } from "../common/errors";
import type { FileSplit } from "../filesystem/splits";
import { fileGroups, objectSplits, recordSplits, textSplits } from "../filesystem/splits";
import type { FileStatus } from "../filesystem/file-system";
import { inputFiles } from "../filesystem/input-files";
import { checkInteger, checkNumPartitions, checkString, invalidArgument } from "./arguments";
import { type ActionOptions, callOf, partitionValues } from "./api/run";
import { type Awaitable, checkRdd } from "./api/narrow";
import type { ContextPort } from "./context-port";
import type { InputFormat } from "./input-format";
import type { DatasetNode } from "./nodes/node";
import { EmptyNode } from "./nodes/empty-node";
import { PartitionNode } from "./nodes/partition-node";
import { RangeNode } from "./nodes/range-node";
import { sliceBounds, SlicesNode } from "./nodes/slices-node";
import { SplitsNode } from "./nodes/splits-node";
import { StreamNode, type StreamOptions } from "./nodes/stream-node";
import { UnionNode } from "./nodes/union-node";
import { RDD } from "./rdd";
import { RddBase } from "./rdd-base";
import { RecordedClasses } from "./recorded-classes";
import type { FileFormat } from "./stage-spec";

/** The records of a local collection, in `numSlices` partitions. They are copied now: later changes are not seen. */
export function parallelize<T>(
  port: ContextPort,
  data: Iterable<T>,
  numSlices: number = port.defaultParallelism,
  hosts?: readonly (readonly string[])[],
): RDD<T> {
  port.assertRunning("parallelize");
  checkNumPartitions("parallelize", numSlices);
  if (data === null || data === undefined || typeof data[Symbol.iterator] !== "function")
    throw invalidArgument("parallelize", "the collection", "an iterable", data);
  const records = Array.isArray(data) ? (data as readonly T[]) : [...data];
  const classes = new RecordedClasses(port.values);
  const encoder = new BatchEncoder(classes);
  const out = new ByteWriter();
  const slices = Array.from({ length: numSlices }, (_, slice) => {
    out.clear();
    encoder.encodeRows(records, ...sliceBounds(slice, records.length, numSlices), out);
    return out.copy();
  });
  return new RDD<T>(new SlicesNode(port, "parallelize", slices, classes.captured(port, "parallelize"), hosts));
}

/** As parallelize, one partition for each record, with the hosts on which it is best computed. */
export function makeRDD<T>(port: ContextPort, data: Iterable<readonly [record: T, hosts: readonly string[]]>): RDD<T> {
  const entries = [...data];
  return parallelize(
    port,
    entries.map(([record]) => record),
    Math.max(1, entries.length),
    entries.map(([, hosts]) => [...hosts]),
  );
}

/** The integers from `start` up to but without `end` in steps of `step`; with one number, from 0 up to it. */
export function range(
  port: ContextPort,
  start: number,
  end?: number,
  step = 1,
  numSlices: number = port.defaultParallelism,
): RDD<number> {
  port.assertRunning("range");
  const from = end === undefined ? 0 : checkInteger("range", "start", start, Number.MIN_SAFE_INTEGER);
  const to = checkInteger("range", "end", end ?? start, Number.MIN_SAFE_INTEGER);
  checkInteger("range", "step", step, Number.MIN_SAFE_INTEGER);
  if (step === 0) throw invalidArgument("range", "step", "an integer other than 0", step);
  checkNumPartitions("range", numSlices);
  const count = Math.max(0, Math.ceil((to - from) / step));
  return new RDD<number>(new RangeNode(port, { start: from, step, count }, numSlices));
}

export function emptyRDD<T>(port: ContextPort): RDD<T> {
  port.assertRunning("emptyRDD");
  return new RDD<T>(new EmptyNode(port));
}

export function union<T>(port: ContextPort, rdds: readonly RDD<T>[]): RDD<T> {
  port.assertRunning("union");
  const nodes: DatasetNode[] = [];
  if (!Array.isArray(rdds)) throw invalidArgument("union", "the RDDs", "an array of RDDs", rdds);
  for (const rdd of rdds as readonly unknown[]) nodes.push(checkRdd("union", rdd, "each RDD"));
  if (nodes.length === 0) return emptyRDD(port);
  return new RDD<T>(nodes.length === 1 ? nodes[0]! : new UnionNode(port, nodes));
}

/** The records of a stream or asynchronous iterable. It is read, once, when the first job needs it. */
export function fromStream<T>(port: ContextPort, stream: AsyncIterable<T>, options: StreamOptions = {}): RDD<T> {
  port.assertRunning("fromStream");
  if (stream === null || stream === undefined || typeof stream[Symbol.asyncIterator] !== "function") {
    throw invalidArgument("fromStream", "the stream", "a readable stream or an asynchronous iterable", stream);
  }
  const perPartition =
    options.recordsPerPartition === undefined
      ? undefined
      : checkInteger("fromStream", "recordsPerPartition", options.recordsPerPartition, 1);
  return new RDD<T>(
    new StreamNode(port, stream, { ...options, ...(perPartition === undefined ? {} : { recordsPerPartition: perPartition }) }),
  );
}

/**
 * The lines of text files. `path` is a file, a directory, a pattern or a comma list of them, on the local file system or
 * `s3://`; .gz and .bz2 files are decompressed.
 *
 * @param minPartitions files are cut into at least about as many splits; compressed ones are not cut.
 */
export function textFile(port: ContextPort, path: string, minPartitions: number = port.defaultMinPartitions): RDD<string> {
  checkNumPartitions("textFile", minPartitions);
  return files(port, "textFile", path, { type: "text" }, (statuses) => textSplits(statuses, minPartitions));
}

/** [path, content] of each text file. */
export function wholeTextFiles(
  port: ContextPort,
  path: string,
  minPartitions: number = port.defaultMinPartitions,
): RDD<[string, string]> {
  checkNumPartitions("wholeTextFiles", minPartitions);
  return files(port, "wholeTextFiles", path, { type: "wholeText" }, (statuses) => fileGroups(statuses, minPartitions));
}

/** [path, bytes] of each file. */
export function binaryFiles(
  port: ContextPort,
  path: string,
  minPartitions: number = port.defaultMinPartitions,
): RDD<[string, Uint8Array]> {
  checkNumPartitions("binaryFiles", minPartitions);
  return files(port, "binaryFiles", path, { type: "binary" }, (statuses) => fileGroups(statuses, minPartitions));
}

/** The records of files that are nothing but records of `recordLength` bytes. */
export function binaryRecords(port: ContextPort, path: string, recordLength: number): RDD<Uint8Array> {
  const bytes = checkInteger("binaryRecords", "the record length", recordLength, 1);
  return files(port, "binaryRecords", path, { type: "records", bytes }, (statuses) =>
    recordSplits(statuses, bytes, port.defaultMinPartitions),
  );
}

/** What `saveAsObjectFile` wrote. */
export function objectFile<T>(port: ContextPort, path: string, minPartitions: number = port.defaultMinPartitions): RDD<T> {
  checkNumPartitions("objectFile", minPartitions);
  return files(port, "objectFile", path, { type: "objects" }, (statuses) => objectSplits(statuses, minPartitions));
}

/** What `checkpoint` wrote (see RDD.getCheckpointFile), in its partitions. */
export function checkpointFile<T>(port: ContextPort, path: string): RDD<T> {
  return files(port, "checkpointFile", path, { type: "objects" }, (statuses) =>
    statuses.map((file): FileSplit => ({ path: file.path, start: 0, length: file.length, fileLength: file.length, codec: null })),
  );
}

function files<T>(
  port: ContextPort,
  scope: string,
  path: string,
  format: FileFormat,
  split: (files: readonly FileStatus[]) => readonly unknown[],
): RDD<T> {
  port.assertRunning(scope);
  checkString(scope, "the path", path);
  const recursive = port.conf("spark.hadoop.mapreduce.input.fileinputformat.input.dir.recursive") === "true";
  const list = async (): Promise<readonly unknown[]> => split(await inputFiles(port.fileSystems, path, { recursive }));
  const source = new SplitsNode(port, scope, { kind: "files", format }, list, { className: "HadoopRDD", name: path });
  const records = new PartitionNode(port, scope, source, { kind: "pass" });
  records.givenName = path;
  return new RDD<T>(records);
}

/** The records that a format of the user's reads. The format is captured with what it uses. */
export function inputFormat<T, S>(
  port: ContextPort,
  format: InputFormat<T, S>,
  minPartitions: number = port.defaultMinPartitions,
): RDD<T> {
  port.assertRunning("inputFormat");
  checkNumPartitions("inputFormat", minPartitions);
  if (typeof format?.splits !== "function" || typeof format.read !== "function") {
    throw invalidArgument("inputFormat", "the format", "an object with the methods splits and read", format);
  }
  const captured = port.freeze(format, "inputFormat");
  const list = async (): Promise<readonly unknown[]> => {
    const splits: unknown = await format.splits(minPartitions);
    if (!Array.isArray(splits)) throw new UsageError("INVALID_INPUT_FORMAT", "inputFormat: splits() must give an array.");
    return splits as readonly unknown[];
  };
  const locations = (split: unknown): readonly string[] => format.preferredLocations?.(split as S) ?? [];
  return new RDD<T>(
    new SplitsNode(port, "inputFormat", { kind: "input", format: captured }, list, { className: "InputFormatRDD", locations }),
  );
}

/**
 * Runs `f` on the records of each partition, in tasks, and gives its results in the order of `partitions` (all by
 * default).
 */
export async function runJob<T, U>(
  rdd: RDD<T>,
  f: (records: IterableIterator<T>, partition: number) => Awaitable<U>,
  partitions?: readonly number[],
  options?: ActionOptions,
): Promise<U[]> {
  if (!((rdd as unknown) instanceof RddBase)) throw invalidArgument("runJob", "the RDD", "an RDD", rdd);
  const captured = rdd.capture(f, "runJob");
  const call = callOf(rdd.node, "runJob", options);
  const wanted =
    partitions === undefined
      ? undefined
      : (node: RDD<T>["node"]): readonly number[] =>
          partitions.map((partition) => {
            if (checkInteger("runJob", "each partition", partition, 0) < node.numPartitions) return partition;
            throw new UsageError(
              "INVALID_ARGUMENT",
              `runJob: there is no partition ${partition}; the RDD has ${node.numPartitions}.`,
            );
          });
  return partitionValues<U>(rdd.node, call, { kind: "partition", f: captured, keepResult: true }, wanted);
}
