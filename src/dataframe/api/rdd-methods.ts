/** What RDDs can do where there are DataFrames: `rdd.toDF()`. Installed when the API is loaded. */
import { RDD } from "../../rdd";
import type { SchemaOrNames } from "./create-dataframe";
import type { DataFrame } from "./dataframe";
import { sessionOf } from "./spark-session";

declare module "../../rdd/rdd" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the parameters of merged declarations must be the same
  interface RDD<T> {
    /**
     * The records as a DataFrame: objects by the names of their properties, arrays by position. `schema` is a StructType, text
     * ("a INT, b STRING"), or names of columns.
     */
    toDF(schema?: SchemaOrNames): DataFrame;
  }
}

Object.defineProperty(RDD.prototype, "toDF", {
  value: function toDF(this: RDD<unknown>, schema?: SchemaOrNames): DataFrame {
    return sessionOf(this.port).createDataFrame(this, schema);
  },
  writable: true,
  configurable: true,
  enumerable: false,
});
