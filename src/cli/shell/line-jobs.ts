/** The jobs that a line starts, and their end with it. */
import type * as Engine from "../../engine";

export class LineJobs {
  readonly #cancelled = new Set<string>();
  readonly #watched = new WeakSet<object>();

  constructor(private readonly engine: typeof Engine) {}

  /** Runs `body` so that its jobs are known to be those of `line`. */
  runTagged<T>(line: string, body: () => T): T {
    this.#cancelled.delete(line);
    let run = body;
    for (const context of this.engine.activeContexts()) {
      const inner = run;
      run = () => context.withJobTag(line, inner);
    }
    return run();
  }

  /** Cancels what runs, and what the line still starts; returns the number of jobs that ran. */
  cancel(line: string): number {
    const jobs = this.engine.countActiveJobs();
    this.#cancelled.add(line);
    // Scripts of SQL may run none, and go on from errors of those that they run.
    this.engine.api.SparkSession.getActiveSession()?.interruptAll();
    for (const context of this.engine.activeContexts()) {
      context.cancelAllJobs();
      if (this.#watched.has(context)) continue;
      this.#watched.add(context);
      // What is left of a cancelled line may go on, in functions that nobody waits for any more, but it starts no jobs.
      context.addSparkListener({
        onJobStart: ({ properties }) => {
          for (const tag of (properties["spark.job.tags"] ?? "").split(","))
            if (this.#cancelled.has(tag)) context.cancelJobsWithTag(tag, "its line was cancelled");
        },
      });
    }
    return jobs;
  }
}
