/** Rows that several fits learn from, in one partition, each set of columns once. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceBlock, type InstanceColumns, instancesOf } from "../compute/instances";
import type { TaskData } from "../compute/task-data";
import { countClasses } from "./incremental-estimator";

export class SharedBlocks {
  readonly #blocks = new Map<string, Promise<TaskData<InstanceBlock>>>();
  readonly #classes = new Map<string, Promise<number>>();

  constructor(private readonly df: DataFrame) {}

  of(columns: InstanceColumns): Promise<TaskData<InstanceBlock>> {
    return once(this.#blocks, columns, async () => (await instancesOf(this.df.coalesce(1), columns)).persist());
  }

  classes(columns: InstanceColumns, who: string): Promise<number> {
    return once(this.#classes, columns, async () => countClasses(await this.of(columns), who));
  }

  async release(): Promise<void> {
    for (const blocks of this.#blocks.values()) await (await blocks.catch(() => null))?.release();
  }
}

function once<T>(made: Map<string, Promise<T>>, columns: InstanceColumns, make: () => Promise<T>): Promise<T> {
  const key = JSON.stringify(columns);
  let found = made.get(key);
  if (found === undefined) made.set(key, (found = make()));
  return found;
}
