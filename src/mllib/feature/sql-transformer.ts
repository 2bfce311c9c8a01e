/** A SELECT over the data, which it calls __THIS__. */
import type { StructType } from "../../columnar/types";
import { InternalError, UsageError } from "../../common/errors";
import { analyze } from "../../dataframe/analysis/analyze";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import { schemaOf } from "../../dataframe/catalog/analysis-context";
import { foldExpression } from "../../dataframe/expressions/fold";
import { builtins } from "../../dataframe/functions";
import { parseStatement } from "../../dataframe/sql/parse";
import type { UnresolvedPlan } from "../../dataframe/syntax/plan";
import { Transformer } from "../base/transformer";
import { stringParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";

const THIS = "__THIS__";

/**
 * The statement may use all of SQL's queries. In `transform` it also sees the session's tables and functions; the schema that a pipeline
 * asks for beforehand is known of statements over __THIS__ alone.
 */
export class SQLTransformer extends withParams(Transformer, {
  statement: stringParam("the query, in which __THIS__ is the data: SELECT *, a + b AS c FROM __THIS__", undefined, (text) =>
    text.includes(THIS) ? null : `must read ${THIS}`,
  ),
}) {
  private over(session: SparkSession, data: UnresolvedPlan): UnresolvedPlan {
    const statement = parseStatement(this.getStatement(), session.core.parseOptions());
    if (statement.kind !== "query")
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: statement must be a query, but is ${statement.kind}.`);
    return { kind: "with", child: statement.plan, ctes: [{ name: THIS, plan: data }], recursive: false };
  }

  override transformSchema(schema: StructType): StructType {
    const session = SparkSession.active();
    const settings = session.core.port.settings();
    let ids = 0;
    const none = (): never => {
      throw new InternalError("SQLTransformer: a query over no files was analysed as one.");
    };
    const analyzed = analyze(this.over(session, { kind: "local", schema, rows: [] }), {
      settings,
      functions: builtins,
      nextId: () => ++ids,
      relation: () => null,
      read: none,
      external: none,
      isFileFormat: () => false,
      routine: () => null,
      variable: () => null,
      evaluate: (expression) => foldExpression(expression, settings),
    });
    return schemaOf(analyzed);
  }

  override transform(df: DataFrame, params?: Readonly<Record<string, unknown>>): DataFrame {
    const self = params === undefined ? this : this.copy(params);
    return self.transformed(df);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return df.derive(this.className, () => this.over(df.sparkSession, df.plan));
  }

  override toString(): string {
    return this.described({ statement: this.valueFor<string>("statement") });
  }
}

savedByParams(SQLTransformer);
