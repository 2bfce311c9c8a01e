/** `spark.udf` and `spark.udtf`: functions of the program for SQL text. */
import { UsageError } from "../../common/errors";
import type { UserFunction } from "../syntax/expression";
import { calledFunction, columnFunction, udaf } from "./functions/user-functions";
import type { Aggregator, ResultType, UserDefinedFunction } from "./functions/user-functions";
import type { QueryPort } from "./query-port";

export class UDFRegistration {
  constructor(private readonly port: QueryPort) {}

  /**
   * Gives a function a name in SQL: a JavaScript function with the type of its results (STRING unless given), or one that
   * functions.udf, arrow_udf, udaf or udtf made.
   *
   * @example
   * spark.udf.register("plus_one", (x: number) => x + 1, types.IntegerType);
   * await spark.sql("SELECT plus_one(41)").show();
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of columns: what they are, the query knows
  register(name: string, f: ((...args: any[]) => unknown) | UserDefinedFunction, returnType?: ResultType): UserDefinedFunction {
    if (typeof f !== "function")
      throw new UsageError("INVALID_ARGUMENT", "udf.register needs a name, a function and the type of its results.");
    const made = "fn" in f ? f.fn : calledFunction(f, "scalar", returnType ?? "string", "udf.register");
    return this.#keep(name, { ...made, name });
  }

  /** Gives an aggregate function a name in SQL. */
  registerAggregate<B, R>(name: string, aggregator: Aggregator<B, R>, returnType?: ResultType): UserDefinedFunction {
    return this.#keep(name, { ...udaf(aggregator, returnType).fn, name });
  }

  #keep(name: string, fn: UserFunction): UserDefinedFunction {
    this.port.registerFunction(name, fn);
    return columnFunction(fn);
  }
}

/** `spark.udtf`: table functions of the program for SQL text. */
export class UDTFRegistration {
  constructor(private readonly port: QueryPort) {}

  /** Gives a function that functions.udtf made a name in SQL. */
  register(name: string, f: UserDefinedFunction): UserDefinedFunction {
    if (typeof f !== "function" || !("fn" in f) || f.fn.form !== "table") {
      throw new UsageError("INVALID_ARGUMENT", "udtf.register needs a name and what functions.udtf made.");
    }
    this.port.registerFunction(name, { ...f.fn, name });
    return f;
  }
}
