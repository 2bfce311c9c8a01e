/**
 * SparkContext: what a program does with a cluster. Makes datasets and shared variables, starts and cancels jobs, tells
 * what is going on. The methods come in groups by subject, one file each under context/; what runs behind them is the
 * Application.
 */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- the methods of the interfaces are installed below */
import { SparkConf } from "../common/conf";
import { installMethods } from "../rdd/api/install";
import { activeContexts, ContextBase } from "./context/context-base";
import { datasetMethods, type DatasetMethods } from "./context/datasets";
import { diagnosisMethods, type DiagnosisMethods } from "./context/diagnosis";
import { executorMethods, type ExecutorMethods } from "./context/executors";
import { jobMethods, type JobMethods } from "./context/jobs";
import { monitoringMethods, type MonitoringMethods } from "./context/monitoring";
import { sharedVariableMethods, type SharedVariableMethods } from "./context/shared-variables";

declare module "../rdd/context-port" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- says of what class `rdd.context` is
  interface UserContext extends SparkContext {}
}

/**
 * The way into a cluster: one per application. Constructing it returns at once; executors start beside the program.
 *
 * @example
 * await using sc = new SparkContext("local[4]", "squares");
 * console.log(await sc.range(0, 10).map((x) => x * x).collect());
 */
export class SparkContext extends ContextBase {
  /** The latest context that was not stopped, or a new one with `conf`. */
  static getOrCreate(conf?: SparkConf): SparkContext {
    return activeContexts().at(-1) ?? new SparkContext(conf);
  }

  /** A setting for contexts that are made later in this process; what their SparkConf says wins. */
  static setSystemProperty(key: string, value: string): void {
    SparkConf.setSystemProperty(key, value);
  }
}

export interface SparkContext
  extends DatasetMethods, SharedVariableMethods, JobMethods, MonitoringMethods, DiagnosisMethods, ExecutorMethods {}

installMethods(
  SparkContext.prototype,
  datasetMethods,
  sharedVariableMethods,
  jobMethods,
  monitoringMethods,
  diagnosisMethods,
  executorMethods,
);
