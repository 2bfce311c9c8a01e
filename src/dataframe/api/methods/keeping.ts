/** Rows of a DataFrame that are kept once they are computed. */
import { StorageLevel } from "../../../storage/storage-level";
import { refusePlainly } from "../check";
import type { DataFrame } from "../dataframe";
import type { AnyColumns, Columns } from "../../types/typed-columns";

export interface KeepingMethods<S extends Columns> {
  /** Keeps the rows, once computed, in memory and on disk. */
  cache(): this;
  /** The same at a storage level, MEMORY_AND_DISK unless said. */
  persist(level?: StorageLevel): this;
  unpersist(blocking?: boolean): this;
  storageLevel(): Promise<StorageLevel>;

  /** Computes the rows and keeps them in the checkpoint directory: the query no longer depends on where they came from. */
  checkpoint(eager?: boolean): Promise<DataFrame<S>>;

  /** The same, kept by the executors. */
  localCheckpoint(eager?: boolean): Promise<DataFrame<S>>;
}

export const keepingMethods: KeepingMethods<AnyColumns> & ThisType<DataFrame> = {
  cache() {
    return this.persist();
  },
  persist(level = StorageLevel.MEMORY_AND_DISK) {
    if (!(level instanceof StorageLevel))
      refusePlainly("persist: the level", "a StorageLevel, such as StorageLevel.MEMORY_AND_DISK", level);
    const { core } = this.sparkSession;
    const call = core.call("persist");
    core.background(async () => core.port.persist(await core.completeInside(this.plan), level, call));
    return this;
  },
  unpersist(blocking = false) {
    const { core } = this.sparkSession;
    core.background(async () => core.port.unpersist(await core.completeInside(this.plan), blocking));
    return this;
  },
  async storageLevel() {
    const { core } = this.sparkSession;
    return core.port.storageLevel(await core.complete(this.plan));
  },
  async checkpoint(eager = true) {
    return checkpoint(this, "checkpoint", { local: false, eager });
  },
  async localCheckpoint(eager = true) {
    return checkpoint(this, "localCheckpoint", { local: true, eager });
  },
};

async function checkpoint(
  df: DataFrame,
  scope: string,
  how: { readonly local: boolean; readonly eager: boolean },
): Promise<DataFrame> {
  const { core } = df.sparkSession;
  const call = core.call(scope);
  return df.make(await core.port.checkpoint(await core.complete(df.plan), how, call));
}
