/** Where the API's answers come from: one running application, or those that a history server knows. */
import type { Readable } from "node:stream";
import type { ApplicationInfo, Profile, ThreadStackTrace } from "../api-types";
import type { AppStore } from "../store/app-store";
import type { Visitor } from "./access";

export interface Applications {
  list(): ApplicationInfo[];
  /** Null where there is none; rejects with a DataError where its log cannot be read. */
  find(id: string, attemptId?: string): Promise<AppStore | null>;
  /** Why an application is not shown to somebody who may look at these pages; null where it is. */
  refusal?(store: AppStore, visitor: Visitor): string | null;
  /** Of an application that runs in this process. */
  readonly control?: ApplicationControl;
  /** The event log, as a zip file. */
  download?(id: string, attemptId?: string): Promise<{ readonly name: string; readonly content: Readable } | null>;
}

/** What pages may ask of, or do to, an application that runs. */
export interface ApplicationControl {
  /** Rejects with a ClusterError where the executor is not there or does not answer. */
  threads(executorId: string): Promise<readonly ThreadStackTrace[]>;
  /** The driver, and executors that can be asked. */
  executorIds(): readonly string[];
  /** False when there was nothing to kill. */
  killJob(jobId: number): boolean;
  killStage(stageId: number): boolean;
  profile(executorId?: string): Promise<Profile>;
  startProfile(): Promise<void>;
  stopProfile(): Promise<void>;
  log(executorId: string, stream: "stdout" | "stderr", offset: number | null, length: number): Promise<LogPiece | null>;
}

export interface LogPiece {
  readonly size: number;
  readonly offset: number;
  readonly text: string;
}
