/** What planning asks of the session. */
import type { AggregateCall, ExprId } from "../expressions/expression";
import type { DataType } from "../../columnar/types";
import type { SqlSettings } from "../settings";
import type { SourceParts } from "../sources/data-source";
import type { ScanExec } from "./plan";

export interface PlanServices {
  /** Unique in the session: columns that only the physical plan has. */
  nextId(): ExprId;
  /** Slots for tasks in the cluster, about. */
  readonly parallelism: number;
  /** How the scan's work is cut into tasks: the splits of each, after partition filters. Called once a scan. */
  splits(scan: ScanExec): readonly (readonly unknown[])[];
  /** The parts that the scan's splits can be made of, where the source knows their bounds. */
  parts?(scan: ScanExec): SourceParts | null;
  /** Partitions of an external relation. */
  partitionsOf(source: number): number;
  /** Whether the user gave this setting a value; without it, every value that differs from Spark's default counts as given. */
  isSet?(key: string): boolean;
  /** Types of a user's Aggregator's state as it travels. */
  userState?(call: AggregateCall): readonly DataType[];
}

/** A setting that the user gave, or null. */
export function userSetting(settings: SqlSettings, services: PlanServices, key: string, sparkDefault: string): string | null {
  const value = settings.conf[key];
  if (value === undefined) return null;
  const given = services.isSet?.(key) ?? value !== sparkDefault;
  return given ? value : null;
}
