/** What code may go by that is made once for all runs of a query. */
export type LastingSettings = Omit<SqlSettings, "now">;

/** The session's settings that decide what an expression means, as they are when a query is planned. They travel with its stages. */
export interface SqlSettings {
  /** spark.sql.ansi.enabled */
  readonly ansi: boolean;
  /** spark.sql.session.timeZone: an IANA name or an offset. */
  readonly timeZone: string;
  /** spark.sql.caseSensitive */
  readonly caseSensitive: boolean;
  /** The query's start, microseconds since the epoch: what current_timestamp() is. */
  readonly now: number;
  readonly currentUser: string;
  readonly currentCatalog: string;
  readonly currentDatabase: string;
  /** Any other setting of the session, with Spark's defaults filled in; undefined where there is no such key. */
  readonly conf: Readonly<Record<string, string>>;
}

/** All but the time. Sessions make a new `conf` when a setting changes. */
export function sameSettings(a: SqlSettings, b: SqlSettings): boolean {
  return (
    a.conf === b.conf &&
    a.ansi === b.ansi &&
    a.timeZone === b.timeZone &&
    a.caseSensitive === b.caseSensitive &&
    a.currentUser === b.currentUser &&
    a.currentCatalog === b.currentCatalog &&
    a.currentDatabase === b.currentDatabase
  );
}
