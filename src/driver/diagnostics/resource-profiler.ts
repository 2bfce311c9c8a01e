import { UsageError } from "../../common/errors";
import type { ProfilerRecord, ResourceData } from "../../events/diagnostics";
import type { SparkListener } from "../../events/spark-listener";
import { controlOf } from "../context/context-base";
import type { SparkContext } from "../spark-context";
import { Diagnostic, now } from "./diagnostic";

export interface ResourceProfilerOptions {
  /** Seconds between two samples: 1, and at least 0.1. */
  readonly dt?: number;
}

const SHORTEST = 0.1;
const MB = 1e6;

/**
 * Records resident memory and CPU of the driver and all executors, every `dt` seconds: as Dask's `ResourceProfiler`, over all machines.
 * Executors send heartbeats that often meanwhile; what one of them told last counts until it tells more or is gone. Beside the sums
 * each row has the processes that they are made of.
 *
 * @example
 * const resources = new ResourceProfiler(sc, { dt: 0.25 }).register();
 * await sc.range(0, 1e6, 1, 4).map((x) => Math.sqrt(x)).sum();
 * await resources.unregister();
 * console.log(Math.max(...resources.results.map(({ mem }) => mem)), "MB at most");
 */
export class ResourceProfiler extends Diagnostic<ResourceData> {
  readonly dt: number;
  readonly #executors = new Map<string, { readonly mem: number; readonly cpu: number }>();
  #timer: NodeJS.Timeout | undefined;
  #calm = (): void => undefined;
  #cpu = process.cpuUsage();
  #at = 0;

  constructor(context: SparkContext, { dt = 1 }: ResourceProfilerOptions = {}) {
    super(context);
    if (!Number.isFinite(dt) || dt < SHORTEST)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `ResourceProfiler: dt must be a number of seconds, at least ${SHORTEST}, not ${dt}.`,
      );
    this.dt = dt;
  }

  record(): ProfilerRecord {
    return { kind: "resources", results: this.results, ...this.period() };
  }

  protected begin(): SparkListener {
    this.#calm = controlOf(this.context).heartbeats.want(this.dt * 1000);
    this.#cpu = process.cpuUsage();
    this.#at = performance.now();
    this.#timer = setInterval(() => this.#sample(now()), this.dt * 1000).unref();
    return {
      onFiresteelExecutorSample: ({ executorId, rss, cpu }) => {
        if (executorId !== "driver") this.#executors.set(executorId, { mem: rss / MB, cpu: cpu * 100 });
      },
      onExecutorRemoved: ({ executorId }) => void this.#executors.delete(executorId),
    };
  }

  protected end(time: number): void {
    clearInterval(this.#timer);
    this.#calm();
    this.#sample(time);
    this.#executors.clear();
  }

  #sample(time: number): void {
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsed = performance.now() - this.#at;
    this.#cpu = process.cpuUsage();
    this.#at += elapsed;
    const driver = { mem: process.memoryUsage.rss() / MB, cpu: elapsed === 0 ? 0 : (user + system) / 10 / elapsed };
    const processes = Object.fromEntries([["driver", driver], ...this.#executors]) as ResourceData["processes"];
    const all = Object.values(processes);
    const sum = (of: "mem" | "cpu"): number => all.reduce((total, one) => total + one[of], 0);
    this.results.push({ time, mem: sum("mem"), cpu: sum("cpu"), processes });
  }
}
