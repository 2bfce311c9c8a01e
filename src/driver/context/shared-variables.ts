/** What tasks of a context share: broadcasts, accumulators, files. */
import type { AccumulatorBase, Broadcast } from "../../rdd";
import { CollectionAccumulator, DoubleAccumulator, LongAccumulator, makeBroadcast, registerAccumulator } from "../../rdd";
import type { SparkContext } from "../spark-context";
import { runtimeOf } from "./context-base";

export interface SharedVariableMethods {
  /** A read-only value that every executor fetches once, however many tasks use it. */
  broadcast<T>(value: T): Broadcast<T>;
  longAccumulator(name?: string): LongAccumulator;
  doubleAccumulator(name?: string): DoubleAccumulator;

  /** A sum that begins with `initial`, as PySpark's. */
  accumulator(initial?: number, name?: string): DoubleAccumulator;
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T>;

  /** Lets tasks add to an accumulator of a class of your own. */
  register(accumulator: AccumulatorBase, name?: string): void;

  /** Makes a file, or with `recursive` a directory with all that is in it, readable as `SparkFiles.get(name)` in tasks of the jobs that follow. */
  addFile(path: string, recursive?: boolean): void;

  /** Makes an archive (.zip, .tar, .tar.gz, .tgz) readable in the same way, unpacked; `file#name` gives the folder's name. */
  addArchive(path: string): void;
  listFiles(): string[];
  listArchives(): string[];
}

export const sharedVariableMethods: SharedVariableMethods & ThisType<SparkContext> = {
  broadcast(value) {
    return makeBroadcast(runtimeOf(this).port, value);
  },
  longAccumulator(name) {
    return registered(this, new LongAccumulator(), name);
  },
  doubleAccumulator(name) {
    return registered(this, new DoubleAccumulator(), name);
  },
  accumulator(initial = 0, name) {
    const accumulator = this.doubleAccumulator(name);
    accumulator.add(initial);
    return accumulator;
  },
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    return registered(this, new CollectionAccumulator<T>(), name);
  },
  register(accumulator, name) {
    registerAccumulator(runtimeOf(this).port, accumulator, name);
  },
  addFile(path, recursive = false) {
    const { files, port } = runtimeOf(this);
    port.assertRunning("addFile");
    files.addFile(path, recursive);
  },
  addArchive(path) {
    const { files, port } = runtimeOf(this);
    port.assertRunning("addArchive");
    files.addArchive(path);
  },
  listFiles() {
    return runtimeOf(this).files.list("file");
  },
  listArchives() {
    return runtimeOf(this).files.list("archive");
  },
};

function registered<A extends AccumulatorBase>(context: SparkContext, accumulator: A, name: string | undefined): A {
  registerAccumulator(runtimeOf(context).port, accumulator, name);
  return accumulator;
}
