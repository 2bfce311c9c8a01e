/**
 * Custom resources (GPUs and the like) of workers, executors and tasks, by Spark's settings `spark.<component>.resource.<name>.amount`. A
 * resource has a name and addresses; what an address stands for only the user's code knows.
 */
import { UsageError } from "./errors";

/** Addresses by the name of the resource: `{ gpu: ["0", "1"] }`. */
export type ResourceAddresses = Readonly<Record<string, readonly string[]>>;

/** How much by the name of the resource; never 0. */
export type ResourceAmounts = Readonly<Record<string, number>>;

/** What a task has of one resource. */
export interface ResourceInformation {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface ResourceRequest {
  readonly amount: number;
  /** Path of an executable that prints what there is; "" where none is named. */
  readonly discoveryScript: string;
}

export type ResourceComponent = "worker" | "executor" | "driver";

export const NO_RESOURCES: ResourceAmounts = {};

type Settings = Iterable<readonly [key: string, value: string]>;

const RESOURCE = /^spark\.(driver|executor|task|worker)\.resource\.([^.]+)(?:\.(.+))?$/;

/** Settings of resources, whatever they are named. */
export function isResourceSetting(key: string): boolean {
  return RESOURCE.test(key);
}

/** Settings of one component by the name of the resource. */
function settingsOf(settings: Settings, component: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const [key, value] of settings) {
    const [, of, name, what] = RESOURCE.exec(key) ?? [];
    if (of !== component) continue;
    if (what === undefined)
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `You must specify an amount config for resource: ${name} config: ${key}.amount.`,
      );
    const known = found.get(name!) ?? new Map<string, string>();
    found.set(name!, known.set(what, value.trim()));
  }
  return found;
}

/** What the component asks for, or has; resources of amount 0 are left out. Throws a UsageError for amounts that are no whole numbers. */
export function resourceRequests(settings: Settings, component: ResourceComponent): Readonly<Record<string, ResourceRequest>> {
  const requests: Record<string, ResourceRequest> = {};
  for (const [name, known] of settingsOf(settings, component)) {
    const amount = amountOf(known, component, name);
    if (!Number.isInteger(amount))
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `Only tasks support fractional resources, please check your spark.${component} settings: ${name} has the amount ${amount}.`,
      );
    if (amount > 0) requests[name] = { amount, discoveryScript: known.get("discoveryScript") ?? "" };
  }
  return requests;
}

export function executorResources(settings: Settings): ResourceAmounts {
  return Object.fromEntries(Object.entries(resourceRequests(settings, "executor")).map(([name, { amount }]) => [name, amount]));
}

/** What each task takes: whole addresses, or parts of one that several tasks share. Throws a UsageError for other amounts. */
export function taskResources(settings: Settings): ResourceAmounts {
  const amounts: Record<string, number> = {};
  for (const [name, known] of settingsOf(settings, "task")) {
    const amount = amountOf(known, "task", name);
    if (amount > 0.5 && !Number.isInteger(amount)) {
      const key = `spark.task.resource.${name}.amount`;
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `The task resource amount ${amount} must be either <= 0.5, or a whole number (${key}).`,
        {
          parameters: { confName: key, confValue: String(amount) },
        },
      );
    }
    if (amount > 0) amounts[name] = amount;
  }
  return amounts;
}

function amountOf(known: ReadonlyMap<string, string>, component: string, name: string): number {
  const key = `spark.${component}.resource.${name}.amount`;
  const text = known.get("amount");
  if (text === undefined) throw new UsageError("INVALID_CONF_VALUE", `You must specify an amount for ${name}: ${key}.`);
  const amount = Number(text);
  if (text !== "" && Number.isFinite(amount) && amount >= 0) return amount;
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be a number of at least 0, not "${text}".`);
}

export function countsOf(addresses: ResourceAddresses): ResourceAmounts {
  return Object.fromEntries(Object.entries(addresses).map(([name, each]) => [name, each.length]));
}

/** Tasks that run side by side with so much of one resource. */
export function tasksOf(addresses: number, amount: number): number {
  return amount <= 0.5 ? addresses * Math.floor(1 / amount) : Math.floor(addresses / amount);
}

/** Tasks that an executor of these sizes runs side by side. */
export function slotsOf(cores: number, taskCpus: number, has: ResourceAmounts, takes: ResourceAmounts): number {
  return Object.entries(takes).reduce(
    (slots, [name, amount]) => Math.min(slots, tasksOf(has[name] ?? 0, amount)),
    Math.floor(cores / taskCpus),
  );
}

/** "1 gpu and 2 fpga". */
export function amountsText(amounts: ResourceAmounts): string {
  return Object.entries(amounts)
    .map(([name, amount]) => `${amount} ${name}`)
    .join(" and ");
}

/**
 * Throws a UsageError where tasks ask for what executors do not have, in Spark's words. Gives a line for what will lie idle.
 * @param executorCores null where it is not known
 */
export function checkResources(settings: ReadonlyMap<string, string>, executorCores: number | null): string[] {
  const executor = executorResources(settings);
  const task = taskResources(settings);
  const unknown = Object.keys(task).filter((name) => executor[name] === undefined);
  if (unknown.length > 0)
    throw new UsageError(
      "INVALID_CONF_VALUE",
      `No executor resource configs were specified for the following task configs: ${unknown.join(",")} (spark.executor.resource.<name>.amount).`,
    );
  const warnings: string[] = [];
  for (const [name, amount] of Object.entries(executor)) {
    const each = task[name];
    if (each === undefined)
      warnings.push(
        `The executor resource config for resource: ${name} was specified but no corresponding task resource request was specified.`,
      );
    else if (each > amount)
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `The executor resource: ${name}, amount: ${amount} needs to be >= the task resource request amount of ${each}.`,
      );
  }
  const taskCpus = Number(settings.get("spark.task.cpus") ?? 1);
  return executorCores === null || !(taskCpus >= 1)
    ? warnings
    : [...warnings, ...wasted(executor, task, executorCores, taskCpus)];
}

/** What lies idle as there are fewer slots than it would serve. */
function wasted(executor: ResourceAmounts, task: ResourceAmounts, cores: number, taskCpus: number): string[] {
  const serves = [
    { name: "cpus", tasks: Math.floor(cores / taskCpus), text: `cores (exec = ${cores} task = ${taskCpus}` },
    ...Object.entries(task).map(([name, amount]) => ({
      name,
      tasks: tasksOf(executor[name]!, amount),
      text: `resource: ${name} (exec = ${executor[name]}, task = ${amount}/${tasksOf(1, Math.min(amount, 1))}`,
    })),
  ];
  const least = serves.reduce((limiting, one) => (one.tasks < limiting.tasks ? one : limiting));
  return serves
    .filter(({ tasks }) => tasks > least.tasks)
    .map(
      ({ text, tasks }) =>
        `The configuration of ${text}, runnable tasks = ${tasks}) will result in wasted resources due to resource ${least.name} limiting the ` +
        `number of runnable tasks per executor to: ${least.tasks}. Please adjust your configuration.`,
    );
}
