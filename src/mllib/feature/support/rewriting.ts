/** Stages that RFormula's pipelines end with: names of entries made readable, columns on the way taken away. */
import type { StructType } from "../../../columnar/types";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { attributesOf, vectorMetadata } from "../../base/attributes";
import { requiredField } from "../../base/schema";
import { Transformer } from "../../base/transformer";
import { column, savedAs } from "./saved";
import { withMetadata } from "./columns";

export class VectorAttributeRewriter extends Transformer {
  constructor(
    readonly vectorCol: string,
    /** What parts of the names are replaced by. */
    readonly prefixes: ReadonlyMap<string, string>,
  ) {
    super({});
  }

  private metadata(schema: StructType): Readonly<Record<string, unknown>> | undefined {
    const attributes = attributesOf(requiredField(schema, this.vectorCol, this.className));
    if (attributes === undefined) return undefined;
    return vectorMetadata(
      attributes.map((attribute) => {
        let { name } = attribute;
        if (name === undefined) return attribute;
        for (const [from, to] of this.prefixes) name = name.replaceAll(from, to);
        return { ...attribute, name };
      }),
    );
  }

  override transformSchema(schema: StructType): StructType {
    return withMetadata(schema, this.vectorCol, this.metadata(schema));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const metadata = this.metadata(schema);
    return metadata === undefined ? df : df.withMetadata(this.vectorCol, metadata);
  }
}

export class ColumnPruner extends Transformer {
  constructor(readonly columnsToPrune: readonly string[]) {
    super({});
  }

  override transformSchema(schema: StructType): StructType {
    return { kind: "struct", fields: schema.fields.filter(({ name }) => !this.columnsToPrune.includes(name)) };
  }

  protected override transformed(df: DataFrame): DataFrame {
    return df.drop(...this.columnsToPrune);
  }
}

savedAs(
  VectorAttributeRewriter,
  "VectorAttributeRewriter",
  {
    vectorCol: column.string,
    prefixesToRewrite: { kind: "map", key: column.string, value: column.string, valueContainsNull: true },
  },
  (stage) => [stage.vectorCol, stage.prefixes],
  (vectorCol: string, prefixes: ReadonlyMap<string, string>) => new VectorAttributeRewriter(vectorCol, prefixes),
);
savedAs(
  ColumnPruner,
  "ColumnPruner",
  { columnsToPrune: column.strings },
  (stage) => [stage.columnsToPrune],
  (columns: readonly string[]) => new ColumnPruner(columns),
);
