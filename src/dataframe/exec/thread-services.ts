/** What stages in a task thread use of the layers around them: exchanges, sources, the registry, what a thread keeps. */
import { ByteWriter } from "../../columnar";
import { decodeBatchesOf, encodeBatch } from "../../columnar/batch";
import type { ColumnBatch } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import { builtins } from "../functions";
import { readExchange } from "./exchange/shuffle-reader";
import type { ExecServices } from "./ports";
import { openScan } from "./scan";
import { FetchFailed, type TaskEnv } from "../../storage/task-env";
import type { StageRun } from "../physical/plan";
import type { TaskEnvironment } from "./task-environment";
import { UserFunctionCalls } from "./user-functions";
import type { SqlSettings } from "../settings";

/** Things made from broadcasts, which later tasks of the thread use again: the last few. */
class KeptThings {
  readonly #things = new Map<string, unknown>();
  static readonly MOST = 16;

  keep<T>(key: string, make: () => T): T {
    let thing = this.#things.get(key) as T | undefined;
    if (thing === undefined) {
      thing = make();
      if (this.#things.size === KeptThings.MOST) this.#things.delete(this.#things.keys().next().value!);
    } else {
      this.#things.delete(key);
    }
    this.#things.set(key, thing);
    return thing;
  }
}

const kept = new KeptThings();

export function taskServices(env: TaskEnvironment, settings: SqlSettings, { shuffles }: StageRun): ExecServices {
  const { task } = env;
  // Shuffle ids are those of one application; a thread may see several where tasks run in the driver.
  const scope = task.env.directory;
  return {
    functions: builtins,
    openScan: (scan, splits, _env, use) => openScan(scan, splits, env, settings, use),
    readShuffle: (node, parts) => readExchange(task.env, shuffles[node.input]!, parts),
    external() {
      throw new InternalError("A dataset outside of the plan was not opened.");
    },
    broadcast(shuffleId, partitions) {
      // What was made again may have its rows in another order.
      const { epoch } = task.env.shuffle.mapOutputs(shuffleId);
      return kept.keep(`${scope} rows ${shuffleId} ${epoch}`, () => allRows(task.env, shuffleId, partitions));
    },
    outdated(outputs, why) {
      const [first, ...also] = outputs.map(({ node, map }) => ({ shuffleId: shuffles[node.input]!, map }));
      const others = also.length === 0 ? "" : ` So were those of ${also.length} other map tasks.`;
      return new FetchFailed(first!.shuffleId, first!.map, 0, null, `${why}${others}`, also);
    },
    decodeBatches: decodeBatchesOf,
    encodeBatch(batch) {
      const out = new ByteWriter(1 << 12);
      encodeBatch(out, batch);
      return out.copy();
    },
    userFunctions: new UserFunctionCalls(task, settings),
    keep: (key, make) => kept.keep(`${scope} ${key}`, make),
  };
}

/** A broadcast is a shuffle, mostly with one partition, which every task reads whole, and in the same order. */
function allRows(env: TaskEnv, shuffleId: number, partitions: number): readonly ColumnBatch[] {
  const rows: ColumnBatch[] = [];
  for (let reduce = 0; reduce < partitions; reduce++) {
    const source = readExchange(env, shuffleId, [{ reduce }]);
    const byMap: ColumnBatch[][] = [];
    for (let batch = source.next(); batch !== null; batch = source.next()) (byMap[source.map] ??= []).push(batch);
    rows.push(...byMap.flat());
  }
  return rows;
}
