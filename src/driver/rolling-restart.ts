/** Executors are replaced one after the other, while jobs go on: each is decommissioned, and the next waits until another is there for it. */
import { ClusterError } from "../common/errors";
import { log } from "../common/log";
import { formatDuration } from "../common/units";

/** What a restart asks of the application. */
export interface Restartable {
  /** Those that live, by id. */
  readonly executors: ReadonlyMap<string, unknown>;
  /** How many there are to be. */
  wantedExecutors(): number;
  /** Nothing more is launched on the executor; it moves what it holds to others, and is ended when it runs nothing. */
  decommission(executorId: string): void;
  /** Ends the executor at once, whatever it runs; another one takes its place. */
  replace(executorId: string, reason: string): void;
  /** Resolves with true when `condition`, asked whenever executors came or went, holds; with false after `withinMs`. Rejects when the application ends. */
  until(condition: () => boolean, withinMs: number): Promise<boolean>;
}

/**
 * Replaces the executors in turn. What one runs after `withinMs` ms is run again elsewhere, which is nobody's failure. Those that are gone by
 * their turn are passed over. Where `isReplaced` another has to take the place of each: a ClusterError tells of the first for which none came within
 * `withinMs`; those after it are left alone.
 */
export async function restartInTurn(
  executorIds: readonly string[],
  { withinMs, isReplaced }: { readonly withinMs: number; readonly isReplaced: boolean },
  cluster: Restartable,
): Promise<void> {
  const { executors } = cluster;
  for (const [at, executorId] of executorIds.entries()) {
    if (!executors.has(executorId)) continue;
    const enough = Math.min(executors.size, cluster.wantedExecutors());
    log.info(`executor ${executorId} is restarted (${at + 1} of ${executorIds.length})`);
    cluster.decommission(executorId);
    if (!(await cluster.until(() => !executors.has(executorId), withinMs)))
      cluster.replace(executorId, `its restart has taken ${formatDuration(withinMs)}`);
    if (!isReplaced || (await cluster.until(() => executors.size >= enough, withinMs))) continue;
    throw new ClusterError(
      "EXECUTOR_NOT_REPLACED",
      `No executor took the place of ${executorId} within ${formatDuration(withinMs)}; ${executorIds.length - at - 1} were not restarted.`,
    );
  }
}
