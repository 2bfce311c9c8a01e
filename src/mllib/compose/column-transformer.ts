/** Different stages for different columns, and one vector of what they give. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import { findField, isNumeric, requiredField } from "../base/schema";
import { Transformer } from "../base/transformer";
import { VectorAssembler } from "../feature/vector-assembler";
import { choiceParam, objectParam, stringParam } from "../param/kinds";
import { type ParamInput, withParams } from "../param/params";
import { outputCol } from "../param/shared";
import { loadInstance, persistent, saveInstance } from "../persistence/registry";
import { Pipeline, PipelineModel, type PipelineStage } from "../pipeline/pipeline";
import { loadStages, saveStages } from "../pipeline/stages-on-disk";

/** A name, what to do, and with which columns. */
export type ColumnTransformerEntry = readonly [
  name: string,
  stage: PipelineStage | "passthrough" | "drop",
  columns: string | readonly string[],
];

const isStage = (value: unknown): value is PipelineStage => value instanceof Estimator || value instanceof Transformer;

const isEntries = (value: unknown): value is readonly ColumnTransformerEntry[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  (value as readonly unknown[]).every(
    (entry) =>
      Array.isArray(entry) &&
      entry.length === 3 &&
      typeof entry[0] === "string" &&
      (isStage(entry[1]) || entry[1] === "passthrough" || entry[1] === "drop") &&
      (typeof entry[2] === "string" || (Array.isArray(entry[2]) && entry[2].every((name) => typeof name === "string"))),
  );

const params = {
  outputCol: { ...outputCol.outputCol, default: "features", defaultFor: () => "features" },
  transformers: objectParam(
    "what is done with which columns",
    'an array of at least one [name, stage, columns]; the stage may be "passthrough" or "drop"',
    isEntries,
  ),
  remainder: choiceParam(
    "numeric and vector columns that no entry names: left out of the vector, or put at its end",
    ["drop", "passthrough"],
    "drop",
  ),
  labelCol: stringParam("name of the column of labels, which is no remainder", "label"),
  handleInvalid: choiceParam("null and NaN in the vector: as VectorAssembler", ["error", "skip", "keep"], "error"),
} as const;

/**
 * Gives columns to stages and puts what they give into one vector, in the order of the entries: scikit-learn's and dask-ml's
 * ColumnTransformer. A stage with `inputCols` gets the columns as they are; one with `inputCol` gets its column, or, where it is for
 * vectors, a vector of its columns. A Pipeline's stages get what the one before gives. Columns of the stages themselves need not be set.
 *
 * @example
 * const prepare = new ColumnTransformer({
 *   transformers: [
 *     ["numbers", new StandardScaler({ withMean: true }), ["distance", "departure"]],
 *     ["carrier", new Pipeline({ stages: [new StringIndexer(), new OneHotEncoder()] }), ["carrier"]],
 *   ],
 * });
 * const model = await new Pipeline({ stages: [prepare, new LogisticRegression()] }).fit(df);
 */
export class ColumnTransformer extends withParams(Estimator<ColumnTransformerModel>, params) {
  override copy(extra?: ParamInput): this {
    const that = super.copy(extra);
    const foreign = extra !== undefined && Symbol.iterator in extra ? extra : undefined;
    if (that.isSet("transformers"))
      that.set(
        "transformers",
        that.getTransformers().map(([name, stage, columns]) => [name, isStage(stage) ? stage.copy(foreign) : stage, columns]),
      );
    return that;
  }

  override transformSchema(schema: StructType): StructType {
    const { pipeline, between } = this.wired(schema);
    return without(pipeline.transformSchema(schema), between);
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<ColumnTransformerModel> {
    const { pipeline, between } = this.wired(schema);
    return ColumnTransformerModel.of(this, await pipeline.fit(df), between);
  }

  /** The stages with their columns, and the columns that are there on the way. */
  private wired(schema: StructType): { readonly pipeline: Pipeline; readonly between: readonly string[] } {
    const entries = this.getTransformers();
    const names = entries.map(([name]) => name);
    if (new Set(names).size !== names.length)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: transformers names ${names.find((name, i) => names.indexOf(name) !== i)} twice.`); // prettier-ignore
    const way = new Wiring(schema, this.className);
    const parts = entries.flatMap(([name, stage, given]) => {
      const columns = typeof given === "string" ? [given] : given;
      for (const column of columns) requiredField(schema, column, this.className);
      if (stage === "drop" || columns.length === 0) return [];
      return stage === "passthrough" ? columns : way.through(way.free(name), stage, columns);
    });
    const rest = this.getRemainder() === "drop" ? [] : this.remaining(schema, entries);
    const assembler = new VectorAssembler({
      inputCols: [...parts, ...rest],
      outputCol: this.getOutputCol(),
      handleInvalid: this.getHandleInvalid(),
    });
    return { pipeline: new Pipeline({ stages: [...way.stages, assembler] }), between: way.between };
  }

  private remaining(schema: StructType, entries: readonly ColumnTransformerEntry[]): readonly string[] {
    const named = new Set([this.getLabelCol(), ...entries.flatMap(([, , columns]) => columns)]);
    return schema.fields
      .filter(({ name, type }) => !named.has(name) && (isNumeric(type) || type.kind === "udt" || type.kind === "boolean"))
      .map(({ name }) => name);
  }
}

function without(schema: StructType, names: readonly string[]): StructType {
  return { kind: "struct", fields: schema.fields.filter(({ name }) => !names.includes(name)) };
}

/** Gives columns to stages. */
class Wiring {
  readonly stages: PipelineStage[] = [];
  readonly between: string[] = [];

  constructor(
    private schema: StructType,
    private readonly who: string,
  ) {}

  /** The name, or one like it that no column has. */
  free(name: string): string {
    let found = name;
    for (let i = 1; findField(this.schema, found) !== undefined; i++) found = `${name}_${i}`;
    return found;
  }

  /** The columns that the stage gives for these. */
  through(name: string, stage: PipelineStage, columns: readonly string[]): readonly string[] {
    if (stage instanceof Pipeline) {
      const last = stage.getStages().length - 1;
      return stage
        .getStages()
        .reduce<readonly string[]>((given, each, i) => this.through(i === last ? name : `${name}__${i}`, each, given), columns);
    }
    if (stage.hasParam("inputCols")) return this.ofSeveral(name, stage, columns);
    if (stage.hasParam("inputCol") && stage.hasParam("outputCol")) return this.ofOne(name, stage, columns);
    throw new UsageError(
      "INVALID_PARAMETER_VALUE",
      `${this.who}: ${name} is a ${stage.className}, which has neither inputCol nor inputCols.`,
    );
  }

  private ofSeveral(name: string, stage: PipelineStage, columns: readonly string[]): readonly string[] {
    if (!stage.hasParam("outputCols")) return [this.add(stage, { inputCols: columns, outputCol: name }, [name])];
    const outputs = columns.map((column) => `${name}__${column}`);
    this.add(stage, { inputCols: columns, outputCols: outputs }, outputs);
    return outputs;
  }

  private ofOne(name: string, stage: PipelineStage, columns: readonly string[]): readonly string[] {
    const [only] = columns;
    const numeric = columns.every((column) => isNumeric(requiredField(this.schema, column, this.who).type));
    const isSingle = columns.length === 1 && !numeric;
    if (!isSingle) this.add(new VectorAssembler(), { inputCols: columns, outputCol: `${name}__columns`, handleInvalid: numeric ? "keep" : "error" }, [`${name}__columns`]); // prettier-ignore
    return [this.add(stage, { inputCol: isSingle ? only : `${name}__columns`, outputCol: name }, [name])];
  }

  private add(stage: PipelineStage, columns: Readonly<Record<string, unknown>>, outputs: readonly string[]): string {
    let own = stage.copy();
    for (const param of ["inputCol", "outputCol", "inputCols", "outputCols"]) if (own.hasParam(param)) own = own.clear(param);
    own.setAll(columns);
    this.stages.push(own);
    this.schema = own.transformSchema(this.schema);
    this.between.push(...outputs);
    return outputs[0]!;
  }
}

export class ColumnTransformerModel extends withParams(Model, { outputCol: params.outputCol }) {
  constructor(
    /** All stages with their columns, the last of which makes the vector. */
    readonly model: PipelineModel,
    /** Columns that are there on the way. */
    private readonly between: readonly string[],
  ) {
    super();
  }

  /** Internal. */
  static of(parent: ColumnTransformer, model: PipelineModel, between: readonly string[]): ColumnTransformerModel {
    return new ColumnTransformerModel(model, between).adopted(parent);
  }

  /** Names of columns between the stages, for saving. */
  get hiddenColumns(): readonly string[] {
    return this.between;
  }

  override transformSchema(schema: StructType): StructType {
    return without(this.model.transformSchema(schema), this.between);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.model.transform(df).drop(...this.between);
  }
}

interface SavedEntry {
  readonly name: string;
  /** Null of one that is a stage. */
  readonly what: "passthrough" | "drop" | null;
  readonly columns: string | readonly string[];
}

const stagesOf = (entries: readonly ColumnTransformerEntry[]): PipelineStage[] =>
  entries.flatMap(([, stage]) => (isStage(stage) ? [stage] : []));

persistent(ColumnTransformer, {
  sparkClass: "firesteel.mllib.compose.ColumnTransformer",
  leaveOut: ["transformers"],
  ownEntries: {
    names: ["stageUids"],
    write: (stage) => ({ stageUids: stagesOf(stage.getTransformers()).map(({ uid }) => uid) }),
  },
  metadata: (stage) => ({
    transformers: stage
      .getTransformers()
      .map(([name, what, columns]): SavedEntry => ({ name, what: isStage(what) ? null : what, columns })),
  }),
  save: (stage, directory) => saveStages(stagesOf(stage.getTransformers()), directory),
  load: async (metadata, directory) => {
    const stages = await loadStages(metadata, directory);
    const transformers = (metadata["transformers"] as readonly SavedEntry[]).map(({ name, what, columns }) => [name, what ?? stages.shift(), columns]); // prettier-ignore
    if (!isEntries(transformers)) throw directory.damaged("one of its stages is no transformer and no estimator");
    return new ColumnTransformer({ transformers });
  },
});

persistent(ColumnTransformerModel, {
  sparkClass: "firesteel.mllib.compose.ColumnTransformerModel",
  metadata: ({ hiddenColumns }) => ({ hiddenColumns }),
  save: (model, directory) => saveInstance(model.model, directory.child("model")),
  load: async ({ hiddenColumns }, directory) => {
    const model = await loadInstance(directory.child("model"));
    if (!(model instanceof PipelineModel) || !Array.isArray(hiddenColumns))
      throw directory.damaged("its model is no PipelineModel");
    return new ColumnTransformerModel(model, hiddenColumns as string[]);
  },
});
