/** The value of a line as the terminal shows it: tables for DataFrames and for records, one line for an RDD. */
import { inspect } from "node:util";
import type * as Engine from "../../engine";
import { type RowLike, type TableLimits, tableOf } from "./table";

type Api = (typeof Engine)["api"];
type Session = InstanceType<Api["SparkSession"]>;

export class Display {
  constructor(
    private readonly api: Api,
    /** The session whose settings hold; undefined once there is none. */
    private readonly session: () => Session | undefined,
    private readonly colors: boolean,
  ) {}

  /** What to print for a value, with its newline; "" for undefined. DataFrames are run for it. */
  async textOf(value: unknown): Promise<string> {
    const { api } = this;
    if (value === undefined) return "";
    if (value instanceof api.DataFrame) return this.#frame(value);
    // What it holds would take a job to see, perhaps a long one: actions say so.
    if (value instanceof api.RDD) return `${value.toString()}\n`;
    if (Array.isArray(value)) {
      const table = tableOf(value, (one) => this.#rowOf(one), this.#limits());
      if (table !== undefined) return table;
    }
    if (value instanceof api.Row) {
      const table = tableOf([value], (one) => this.#rowOf(one), this.#limits());
      if (table !== undefined) return table;
    }
    return `${inspect(value, { colors: this.colors, depth: 4, maxArrayLength: 100, maxStringLength: 10_000 })}\n`;
  }

  async #frame(df: ReturnType<Session["sql"]>): Promise<string> {
    const { enabled, maxRows, truncate } = this.#eager();
    if (enabled) return df.showString(maxRows, truncate);
    const columns = (await df.dtypes()).map(([name, type]) => `${name}: ${type}`);
    return `DataFrame[${columns.join(", ")}]\n`;
  }

  #rowOf(value: unknown): RowLike | undefined {
    if (!(value instanceof this.api.Row)) return undefined;
    return { names: this.api.Row.names(value), toArray: () => value.toArray() as unknown[] };
  }

  #limits(): TableLimits {
    const { maxRows, truncate } = this.#eager();
    // Records are in the program already: their cells may be wider than those of a query that is only looked at.
    return { maxRows, truncate: Math.max(truncate, 40) };
  }

  /** `spark.sql.repl.eagerEval.*`; the shell starts with it on. */
  #eager(): { readonly enabled: boolean } & TableLimits {
    const conf = this.session()?.conf;
    const read = (key: string, otherwise: string): string => conf?.get(key, otherwise) ?? otherwise;
    return {
      enabled: read("spark.sql.repl.eagerEval.enabled", "true") === "true",
      maxRows: Number(read("spark.sql.repl.eagerEval.maxNumRows", "20")),
      truncate: Number(read("spark.sql.repl.eagerEval.truncate", "20")),
    };
  }
}
