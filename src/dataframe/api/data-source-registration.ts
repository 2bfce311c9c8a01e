/** `spark.dataSource`: data sources that the program brings. */
import { UsageError } from "../../common/errors";
import { findSource, registerSource } from "../sources/registry";
import type { UserDataSource } from "../sources/user/definition";
import { userSource } from "../sources/user/source";

/** Names that programs gave: those may be given again. */
const given = new Set<string>();

export class DataSourceRegistration {
  /**
   * Makes a data source of the program known under its name, to `spark.read.format(name)`, `df.write.format(name)` and SQL's USING,
   * in all sessions of this process. Replaces an earlier one of the same name. `read` and `write.rows` run in executors: what
   * they use of the program is captured now.
   *
   * @example
   * spark.dataSource.register({ name: "days", schema: "day DATE", *read() { yield [new Date()]; } });
   * await spark.read.format("days").load().show();
   */
  register<P, S = unknown, M = unknown>(source: UserDataSource<P, S, M>): void {
    const { name } = source ?? {};
    if (typeof name !== "string" || name === "" || typeof source.read !== "function" || source.schema === undefined)
      throw new UsageError("INVALID_ARGUMENT", "dataSource.register needs an object with name, schema and read.");
    if (findSource(name) !== undefined && !given.has(name.toLowerCase()))
      throw new UsageError("INVALID_ARGUMENT", `There is a data source ${name} already: give yours another name.`);
    registerSource(userSource(source));
    given.add(name.toLowerCase());
  }
}
