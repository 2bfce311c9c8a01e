/** Features and label from a formula in the manner of R's lm. */
import { randomBytes } from "node:crypto";
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorSizeOf } from "../base/attributes";
import { Estimator, Model } from "../base/estimator";
import { doubleField, findField, isNumeric, isVector, requiredField, vectorField, withFields } from "../base/schema";
import { batchInput } from "../compute/batch-input";
import { VectorColumn } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import type { ColumnBatch } from "../../columnar/vector";
import { boolParam, choiceParam, stringParam } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, labelCol } from "../param/shared";
import { loadInstance, persistent, saveInstance } from "../persistence/registry";
import { Pipeline, PipelineModel, type PipelineStage } from "../pipeline/pipeline";
import { parseFormula, type ResolvedFormula, resolvedFormulaText, resolveFormula } from "./formula";
import { Interaction } from "./interaction";
import { OneHotEncoder } from "./one-hot-encoder";
import { StringIndexer } from "./string-indexer";
import { column, savedByParams, tableOf } from "./support/saved";
import { ColumnPruner, VectorAttributeRewriter } from "./support/rewriting";
import { VectorAssembler } from "./vector-assembler";
import { VectorSizeHint } from "./vector-size-hint";
import { quoted } from "./support/columns";

const params = {
  ...featuresCol,
  ...labelCol,
  formula: stringParam(
    "R's formula: label ~ a + b + a:b, with . for all other columns, - to leave out, * and ^ for products",
    undefined,
    (text) => {
      // prettier-ignore
      try {
      parseFormula(text);
      return null;
    } catch (error) {
      return `cannot be read (${(error as Error).message})`;
    }
    },
  ),
  forceIndexLabel: boolParam("whether to index the label even where it is a number", false),
  handleInvalid: choiceParam("what to do with null and labels that were not seen", ["error", "skip", "keep"], "error"),
  stringIndexerOrderType: choiceParam(
    "order of the categories of strings; the last one is the reference",
    ["frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"],
    "frequencyDesc",
  ),
} as const;

const isLabel = (schema: StructType, name: string): boolean => {
  const type = findField(schema, name)?.type;
  return type !== undefined && (isNumeric(type) || type.kind === "boolean" || type.kind === "string");
};

/** Strings become categories, all but the last as entries of 0 and 1. */
export class RFormula extends withParams(Estimator<RFormulaModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const { label, terms } = this.resolved(schema);
    for (const name of terms.flat()) requiredField(schema, name, this.className);
    if (label !== "") requiredField(schema, label, this.className);
    const withFeatures = withFields(schema, this.className, vectorField(this.getFeaturesCol()));
    return label === "" || findField(schema, this.getLabelCol()) !== undefined
      ? withFeatures
      : withFields(withFeatures, this.className, doubleField(this.getLabelCol()));
  }

  private resolved(schema: StructType): ResolvedFormula {
    return resolveFormula(
      parseFormula(this.getFormula()),
      schema.fields.map(({ name }) => name),
    );
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<RFormulaModel> {
    const formula = this.resolved(schema);
    const stages = new Stages(schema, this.getHandleInvalid(), this.getStringIndexerOrderType());
    for (const name of [...new Set(formula.terms.flat())].sort()) {
      const field = requiredField(schema, name, this.className);
      if (isVector(field.type) && vectorSizeOf(field) === undefined)
        stages.sized(name, await sizeOf(df, schema, field.name, this.className));
      stages.index(name);
    }
    stages.assemble(formula, this.getFeaturesCol());
    const { label } = formula;
    if (label !== "" && (this.getForceIndexLabel() || findField(schema, label)?.type.kind === "string"))
      stages.all.push(
        new StringIndexer({ inputCol: label, outputCol: this.getLabelCol(), handleInvalid: this.getHandleInvalid() }),
      );
    const pipeline = await new Pipeline({ stages: stages.all }).fit(df);
    return new RFormulaModel(formula, pipeline).of(this);
  }

  override toString(): string {
    const formula = this.valueFor<string>("formula");
    // With blanks, as Spark writes it.
    return `${this.described({})}${formula === undefined ? "" : `, formula = ${formula}`}`;
  }
}

const unique = (what: string): string => `${what}_${randomBytes(6).toString("hex")}`;

/** The stages that make the features, in Spark's order. */
class Stages {
  readonly all: PipelineStage[] = [];
  readonly #prefixes = new Map<string, string>();
  readonly #temporary: string[] = [];
  readonly #indexed = new Map<string, string>();

  constructor(
    private readonly schema: StructType,
    private readonly handleInvalid: "error" | "skip" | "keep",
    private readonly stringOrderType: "frequencyDesc" | "frequencyAsc" | "alphabetDesc" | "alphabetAsc",
  ) {}

  #column(what: string): string {
    const name = unique(what);
    this.#temporary.push(name);
    return name;
  }

  #isText(name: string): boolean {
    return findField(this.schema, name)?.type.kind === "string";
  }

  sized(name: string, size: number): void {
    this.all.push(new VectorSizeHint({ inputCol: name, size, handleInvalid: "optimistic" }));
  }

  /** Strings become indices. */
  index(name: string): void {
    if (!this.#isText(name)) {
      this.#indexed.set(name, name);
      return;
    }
    const indices = this.#column("stridx");
    const { handleInvalid, stringOrderType } = this;
    this.all.push(new StringIndexer({ inputCol: name, outputCol: indices, handleInvalid, stringOrderType }));
    this.#prefixes.set(`${indices}_`, `${name}_`);
    this.#indexed.set(name, indices);
  }

  assemble({ terms, hasIntercept }: ResolvedFormula, featuresCol: string): void {
    const encoded: (readonly [string, string])[] = [];
    let keepsReference = false;
    const columns = terms.map((term) => {
      if (term.length > 1) {
        const product = this.#column("interaction");
        this.all.push(new Interaction({ inputCols: term.map((name) => this.#indexed.get(name)!), outputCol: product }));
        this.#prefixes.set(`${product}_`, "");
        return product;
      }
      const name = term[0]!;
      const indexed = this.#indexed.get(name)!;
      if (!this.#isText(name)) return indexed;
      const vector = this.#column("onehot");
      // Without an intercept the first category column has no reference.
      if (!hasIntercept && !keepsReference) {
        this.all.push(new OneHotEncoder({ inputCols: [indexed], outputCols: [vector], dropLast: false }));
        keepsReference = true;
      } else encoded.push([indexed, vector]);
      this.#prefixes.set(`${vector}_`, `${name}_`);
      return vector;
    });
    if (encoded.length > 0)
      this.all.push(
        new OneHotEncoder({
          inputCols: encoded.map(([indexed]) => indexed),
          outputCols: encoded.map(([, vector]) => vector),
          dropLast: true,
        }),
      );
    this.all.push(
      new VectorAssembler({ inputCols: columns, outputCol: featuresCol, handleInvalid: this.handleInvalid }),
      new VectorAttributeRewriter(featuresCol, this.#prefixes),
      new ColumnPruner(this.#temporary),
    );
  }
}

const firstSize = aggregateProgram<null, ColumnBatch, number | null>({
  name: "mllib.rFormula.size",
  run(batches) {
    for (const batch of batches) {
      const vectors = new VectorColumn(batch.columns[0]!);
      for (let row = 0; row < batch.length; row++) if (!vectors.isNull(row)) return vectors.size(row);
    }
    return null;
  },
  merge: (a, b) => a ?? b,
});

async function sizeOf(df: DataFrame, schema: StructType, name: string, who: string): Promise<number> {
  const size = await batchInput(df, schema, [name], who).data.aggregate(firstSize, null);
  if (size === null) throw new UsageError("UNKNOWN_VECTOR_SIZE", `${who}: nothing says how many entries the vectors of column ${name} have. Use VectorSizeHint.`); // prettier-ignore
  return size;
}

export class RFormulaModel extends withParams(Model, params) {
  constructor(
    readonly resolvedFormula: ResolvedFormula,
    readonly pipelineModel: PipelineModel,
  ) {
    super();
  }

  of(parent: RFormula): this {
    return this.adopted(parent);
  }

  /** The label as a double, where the pipeline does not make it and the data have it. */
  private copiesLabel(schema: StructType): boolean {
    const { label } = this.resolvedFormula;
    const name = this.getLabelCol();
    if (findField(schema, name) !== undefined || label === "" || findField(schema, label) === undefined) return false;
    if (!isLabel(schema, label))
      throw new UsageError("INVALID_COLUMN_TYPE", `${this.className}: the label ${label} must be numeric, boolean or a string.`);
    return true;
  }

  override transformSchema(schema: StructType): StructType {
    const made = this.pipelineModel.transformSchema(schema);
    return this.copiesLabel(made) ? withFields(made, this.className, doubleField(this.getLabelCol())) : made;
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const made = this.pipelineModel.transform(df);
    if (!this.copiesLabel(this.pipelineModel.transformSchema(schema))) return made;
    return made.selectExpr("*", `CAST(${quoted(this.resolvedFormula.label)} AS DOUBLE) AS ${quoted(this.getLabelCol())}`);
  }

  override toString(): string {
    return this.described({ resolvedFormula: resolvedFormulaText(this.resolvedFormula) });
  }
}

savedByParams(RFormula);
persistent(RFormulaModel, {
  sparkClass: "org.apache.spark.ml.feature.RFormulaModel",
  async save(model, directory) {
    const { label, terms, hasIntercept } = model.resolvedFormula;
    const schema = tableOf({ label: column.string, terms: column.stringLists, hasIntercept: column.boolean });
    await directory.writeTable("data", schema, [[label, terms, hasIntercept]]);
    await saveInstance(model.pipelineModel, directory.child("pipelineModel"));
  },
  async load(_, directory) {
    const [row] = await directory.readTable("data", ["label", "terms", "hasIntercept"]);
    const pipeline = await loadInstance(directory.child("pipelineModel"));
    if (row === undefined || !(pipeline instanceof PipelineModel)) throw directory.damaged("it has no pipeline");
    const [label, terms, hasIntercept] = row.toArray() as [string, readonly (readonly string[])[], boolean];
    return new RFormulaModel({ label, terms, hasIntercept }, pipeline);
  },
});
