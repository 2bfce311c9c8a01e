/** What every server answers, under `/api/firesteel/v1`: what it is, what has changed, logs, errors. */

/** driver: one running application; history: the history server; master and worker: the standalone daemons. */
export type UiKind = "driver" | "history" | "master" | "worker";

export interface Identity {
  kind: UiKind;
  /** Shown in the header: the application's name, "History", the master's URL. */
  title: string;
  /** Of a driver; the history server has its ids in HistoryEntry. */
  applicationId?: string;
  version: string;
  sparkVersion: string;
  /** To be sent as the header `x-firesteel-token` with each POST; absent where nothing may be changed. */
  token?: string;
  /** Whether jobs and stages may be killed here (spark.ui.killEnabled). */
  killEnabled: boolean;
  /** Address of the master's UI, of a history server, … where known. */
  links: { label: string; href: string }[];
}

export type Topic =
  "jobs" | "stages" | "tasks" | "executors" | "storage" | "sql" | "search" | "environment" | "profile" | "cluster" | "history";

/** At most 4 a second for a topic. `version` grows with each change; pages read again what they show. */
export interface ChangeNotice {
  topic: Topic;
  version: number;
}

/** A piece of a log file. */
export interface LogText {
  name: string;
  /** Bytes of the file, and where the text begins in it. */
  size: number;
  offset: number;
  text: string;
}

export interface ApiError {
  error: string;
}
