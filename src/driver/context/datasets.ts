/** Datasets that a context makes, and where their checkpoints go. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { UsageError } from "../../common/errors";
import type { InputFormat, RDD, StreamOptions } from "../../rdd";
import * as create from "../../rdd";
import type { SparkContext } from "../spark-context";
import { runtimeOf } from "./context-base";

/**
 * Whether the items of arrays are of several types: those are rows, whose places have types of their own. Where all are of one type
 * they are taken for lists.
 */
type Unlike<T extends readonly unknown[]> = true extends { [I in keyof T]: [T[number]] extends [T[I]] ? false : true }[number]
  ? true
  : false;

export interface DatasetMethods {
  /** The records of a local collection, cut into `numSlices` partitions. They are copied now. */
  parallelize<K, V>(data: Iterable<readonly [K, V] | [K, V]>, numSlices?: number): RDD<[K, V]>;
  parallelize<T extends [unknown, unknown, unknown, ...unknown[]]>(
    this: Unlike<T> extends true ? DatasetMethods : never,
    data: Iterable<T>,
    numSlices?: number,
  ): RDD<T>;
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T>;

  /** One partition for each record, computed on one of its hosts where that is possible. */
  makeRDD<T>(data: Iterable<readonly [record: T, hosts: readonly string[]]>): RDD<T>;

  /** The integers from `start` up to but without `end`; with one number, from 0 up to it. */
  range(start: number, end?: number, step?: number, numSlices?: number): RDD<number>;
  emptyRDD<T>(): RDD<T>;
  union<T>(rdds: readonly RDD<T>[]): RDD<T>;

  /** The records of a Node stream or asynchronous iterable, read once when the first job needs them. */
  fromStream<T>(stream: AsyncIterable<T>, options?: StreamOptions): RDD<T>;

  /** The lines of a file, a directory, a glob or a comma list of them; .gz and .bz2 files are decompressed. */
  textFile(path: string, minPartitions?: number): RDD<string>;
  wholeTextFiles(path: string, minPartitions?: number): RDD<[string, string]>;
  binaryFiles(path: string, minPartitions?: number): RDD<[string, Uint8Array]>;
  binaryRecords(path: string, recordLength: number): RDD<Uint8Array>;
  objectFile<T>(path: string, minPartitions?: number): RDD<T>;

  /** As objectFile, under the name of PySpark: what `saveAsPickleFile` wrote. */
  pickleFile<T>(path: string, minPartitions?: number): RDD<T>;
  checkpointFile<T>(path: string): RDD<T>;

  /** Records that a format of your own reads: it lists splits on the driver and reads one in a task. */
  inputFormat<T, S>(format: InputFormat<T, S>, minPartitions?: number): RDD<T>;

  /**
   * Where `checkpoint()` writes, on a file system that all executors reach: into a directory of this application's own below
   * it, so that a program may run again.
   */
  setCheckpointDir(directory: string): void;

  /** The application's own directory below the one that was set. */
  getCheckpointDir(): string | undefined;
}

export const datasetMethods: DatasetMethods & ThisType<SparkContext> = {
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T> {
    return create.parallelize(runtimeOf(this).port, data, numSlices);
  },
  makeRDD(data) {
    return create.makeRDD(runtimeOf(this).port, data);
  },
  range(start, end, step, numSlices) {
    return create.range(runtimeOf(this).port, start, end, step, numSlices);
  },
  emptyRDD() {
    return create.emptyRDD(runtimeOf(this).port);
  },
  union(rdds) {
    return create.union(runtimeOf(this).port, rdds);
  },
  fromStream(stream, options) {
    return create.fromStream(runtimeOf(this).port, stream, options);
  },
  textFile(path, minPartitions) {
    return create.textFile(runtimeOf(this).port, path, minPartitions);
  },
  wholeTextFiles(path, minPartitions) {
    return create.wholeTextFiles(runtimeOf(this).port, path, minPartitions);
  },
  binaryFiles(path, minPartitions) {
    return create.binaryFiles(runtimeOf(this).port, path, minPartitions);
  },
  binaryRecords(path, recordLength) {
    return create.binaryRecords(runtimeOf(this).port, path, recordLength);
  },
  objectFile(path, minPartitions) {
    return create.objectFile(runtimeOf(this).port, path, minPartitions);
  },
  pickleFile(path, minPartitions) {
    return this.objectFile(path, minPartitions);
  },
  checkpointFile(path) {
    return create.checkpointFile(runtimeOf(this).port, path);
  },
  inputFormat(format, minPartitions) {
    return create.inputFormat(runtimeOf(this).port, format, minPartitions);
  },
  setCheckpointDir(directory) {
    const runtime = runtimeOf(this);
    runtime.port.assertRunning("setCheckpointDir");
    if (typeof directory !== "string" || directory === "") {
      throw new UsageError("INVALID_ARGUMENT", "setCheckpointDir: the directory must be a path or URL.");
    }
    const base = /^[a-z0-9]+:/i.test(directory) ? directory : resolve(directory);
    runtime.checkpointDir = `${base.replace(/\/+$/, "")}/${randomUUID()}`;
  },
  getCheckpointDir() {
    return runtimeOf(this).checkpointDir;
  },
};
