/**
 * Errors by who must act: the caller of the API, the author of a task's function, the owner of the data, the operator
 * of the cluster, or us. Every error has a stable `errorClass` (Spark's name where Spark has one) and names what was
 * wrong, where, and what to do about it.
 */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** SQLSTATE, where the error class has one. */
  readonly sqlState?: string;
  /** The values named in the message, for programs. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export abstract class FiresteelError extends Error {
  readonly errorClass: string;
  readonly sqlState: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;

  constructor(errorClass: string, message: string, details: ErrorDetails = {}) {
    super(`[${errorClass}] ${message}`, "cause" in details ? { cause: details.cause } : undefined);
    this.name = new.target.name;
    this.errorClass = errorClass;
    this.sqlState = details.sqlState;
    this.parameters = details.parameters ?? {};
  }
}

/** The API was called with something it cannot take, or at a time it cannot. The caller must change the call. */
export class UsageError extends FiresteelError {}

/** A user function failed in a task, or cannot travel to one. `cause` is the user's error where there is one. */
export class TaskError extends FiresteelError {}

/** Data that was read is missing, damaged or not of the form asked for. */
export class DataError extends FiresteelError {}

/** A job, stage or query was cancelled, by the user or because the context stopped. */
export class CancelledError extends FiresteelError {}

/** Executors, memory, disk, network or authentication failed beyond what retries could mend. */
export class ClusterError extends FiresteelError {}

/** firesteel broke its own rules: a defect to report. */
export class InternalError extends FiresteelError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("INTERNAL_ERROR", `${message} This is a defect in firesteel; please report it with this message.`, details);
  }
}

/** For exhaustive switches: a value that the types say cannot exist. */
export function unreachable(value: never): never {
  throw new InternalError(`Unexpected value ${JSON.stringify(value)}.`);
}
