/** Telling the task of records that are not of the schema. */
import type { ParseMode } from "../../json/record-mode";
import type { ScanEnv } from "../data-source";
import type { FileSplit } from "./packing";

export function noticed(split: FileSplit, mode: ParseMode, env: ScanEnv): (record: string) => void {
  return (record) => {
    if (mode !== "FAILFAST") env.badRecord(mode, split.path, record);
  };
}
