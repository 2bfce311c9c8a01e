/** What turns DataFrames into DataFrames. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { derivedLater } from "../compute/append-columns";
import type { ParamInput } from "../param/params";
import { Stage } from "./stage";

export abstract class Transformer extends Stage {
  /**
   * The DataFrame with the columns that this adds. Returns at once: the schema is checked when the result is first used, before any
   * job. `params` are values for this call alone.
   */
  transform(df: DataFrame, params?: ParamInput): DataFrame {
    const self = params === undefined ? this : this.copy(params);
    return derivedLater(df, self.className, (schema) => {
      self.transformSchema(schema);
      return self.transformed(df, schema);
    });
  }

  /** The columns of the result, from those of the input. Throws where the input does not have what is needed. */
  abstract transformSchema(schema: StructType): StructType;

  /** The result for a DataFrame whose schema is known and was checked. */
  protected abstract transformed(df: DataFrame, schema: StructType): DataFrame | Promise<DataFrame>;
}
