/** The processes of one kind that a worker runs, and what is remembered of those that have ended. */
import type { WorkerProcess } from "../state";
import type { Child } from "./child";

export class ChildSet {
  readonly #running = new Set<Child>();
  #finished: WorkerProcess[] = [];

  constructor(private readonly kept: number) {}

  get running(): readonly Child[] {
    return [...this.#running];
  }

  /** The latest first. */
  get finished(): readonly WorkerProcess[] {
    return this.#finished;
  }

  add(child: Child): void {
    this.#running.add(child);
  }

  /** The folder of an application or a driver was removed, and with it the logs of those that have ended. */
  folderRemoved(name: string, time: number): void {
    this.#finished = this.#finished.map((one) =>
      (one.appId ?? one.id) === name && one.logsRemoved === null ? { ...one, logsRemoved: time } : one,
    );
  }

  end(child: Child): void {
    if (!this.#running.delete(child)) return;
    this.#finished.unshift(child.info());
    this.#finished.length = Math.min(this.#finished.length, this.kept);
  }
}
