/** Why an application has no executor, in words for users. */
import type { ResourceAmounts } from "../../common/resources";
import type { FreeWorker } from "./assign";

/** What one executor needs at least. */
export interface ExecutorNeed {
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAmounts;
}

/** What workers have in all, whatever of it is in use. */
export type WorkerSize = Omit<FreeWorker, "id">;

/** `workers` are those that take executors; none of them has room for one that needs so much. */
export function whyNoExecutor(workers: readonly WorkerSize[], need: ExecutorNeed): string {
  if (workers.length === 0) return "no worker has registered that takes executors.";
  const needs: { readonly text: string; readonly setting: string; readonly has: (worker: WorkerSize) => boolean }[] = [
    {
      text: `${need.cores} ${need.cores === 1 ? "core" : "cores"}`,
      setting: "spark.executor.cores",
      has: ({ cores }) => cores >= need.cores,
    },
    {
      text: `${Math.ceil(need.memory / 2 ** 20)} MiB`,
      setting: "spark.executor.memory",
      has: ({ memory }) => memory >= need.memory,
    },
    ...Object.entries(need.resources).map(([name, amount]) => ({
      text: `${amount} ${name}`,
      setting: `spark.executor.resource.${name}.amount`,
      has: ({ resources }: WorkerSize) => (resources[name] ?? 0) >= amount,
    })),
  ];
  const lacking = needs.filter(({ has }) => !workers.some(has));
  if (lacking.length > 0) {
    const what = lacking.map(({ text, setting }) => `${text} (${setting})`).join(" or ");
    return `no worker has ${what}; it waits for one that has.`;
  }
  const all = needs.map(({ text }) => text).join(", ");
  return workers.some((worker) => needs.every(({ has }) => has(worker)))
    ? `what workers have of ${all} is in use by other applications and drivers.`
    : `no worker has ${all} together; it waits for one that has.`;
}
