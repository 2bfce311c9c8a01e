/** Entries of vectors that have few different values as categories 0, 1, … */
import type { StructField, StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { doubleText } from "../../dataframe/types/java-floats";
import { type Attribute, attributesOf, vectorMetadata } from "../base/attributes";
import { Estimator } from "../base/estimator";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { VectorColumn, VectorColumnBuilder } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { checkVector } from "../base/schema";
import type { DataType } from "../../columnar/types";
import { withoutNulls } from "./support/columns";
import { column, savedAs, savedByParams } from "./support/saved";
import { nullVector, sizeDiffers } from "./support/vector-map";
import { type Mapping, mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  maxCategories: intParam("entries with more different values stay as they are", 20, gtEq(2)),
  handleInvalid: choiceParam(
    'what to do with values that were not seen in a categorical entry: "error", "skip" the row, or "keep": a category of their own, the last',
    ["error", "skip", "keep"],
    "error",
  ),
} as const;

/** Category 0 is the value 0 where there is one; the others are in the order of their values. */
export class VectorIndexer extends withParams(Estimator<VectorIndexerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<VectorIndexerModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true });
    const found = await data.aggregate(distinct, { most: this.getMaxCategories() });
    if (found === null || found.length === 0)
      throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty; there is nothing to learn from.`);
    const maps = new Map<number, Map<number, number>>();
    found.forEach((values, j) => {
      if (values === null || values.length > this.getMaxCategories()) return;
      const sorted = [...values].filter((value) => value !== 0).sort((a, b) => a - b);
      const all = sorted.length < values.length ? [0, ...sorted] : sorted;
      maps.set(j, new Map(all.map((value, i) => [value, i])));
    });
    return new VectorIndexerModel(found.length, maps).of(this);
  }
}

/** Different values of each entry, null where there are too many. */
const distinct = aggregateProgram<{ readonly most: number }, InstanceBlock, (readonly number[] | null)[]>({
  name: "mllib.vectorIndexer.distinct",
  run(blocks, { most }) {
    let columns: (Set<number> | null)[] | null = null;
    const add = (j: number, value: number): void => {
      const set = columns![j]!;
      if (set === null) return;
      set.add(value);
      if (set.size > most) columns![j] = null;
    };
    for (const { rows, width, dense, sparse } of blocks) {
      columns ??= Array.from({ length: width }, () => new Set<number>());
      if (columns.length !== width) throw sizeDiffers("VectorIndexer", columns.length, width);
      if (dense !== null) {
        for (let row = 0, at = 0; row < rows; row++) for (let j = 0; j < width; j++) add(j, dense[at++]!);
        continue;
      }
      const { indices, values } = sparse!;
      const stored = new Float64Array(width);
      for (let at = 0; at < indices.length; at++) {
        stored[indices[at]!]!++;
        add(indices[at]!, values[at]!);
      }
      for (let j = 0; j < width; j++) if (stored[j]! < rows) add(j, 0);
    }
    return (columns ?? []).map((set) => (set === null ? null : [...set]));
  },
  merge(a, b) {
    if (a.length === 0) return b;
    if (b.length === 0) return a;
    if (a.length !== b.length) throw sizeDiffers("VectorIndexer", a.length, b.length);
    return a.map((values, j) => (values === null || b[j] === null ? null : [...new Set([...values, ...b[j]!])]));
  },
});

export class VectorIndexerModel extends withParams(VectorModel, params) {
  constructor(
    readonly numFeatures: number,
    /** By entry: the category of each value. Entries that are not there are continuous. */
    readonly categoryMaps: ReadonlyMap<number, ReadonlyMap<number, number>>,
  ) {
    super();
  }

  of(parent: VectorIndexer): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.numFeatures;
  }

  protected override outputMetadata(input: StructField): StructField["metadata"] {
    const names = attributesOf(input)?.map(({ name }) => name);
    return vectorMetadata(
      Array.from({ length: this.numFeatures }, (_, j): Attribute => {
        const named = names?.[j] === undefined ? {} : { name: names[j] };
        const values = this.categoryMaps.get(j);
        if (values === undefined) return { type: "numeric", ...named };
        const vals = [...values].sort((a, b) => a[1] - b[1]).map(([value]) => doubleText(value));
        return { type: "nominal", ord: false, vals, ...named };
      }),
    );
  }

  protected override mapping(): Mapping {
    return mapping(index, {
      width: this.numFeatures,
      maps: [...this.categoryMaps].map(([j, values]) => [j, [...values]] as const),
      invalid: this.getHandleInvalid(),
    });
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const input = checkVector(schema, this.getInputCol(), this.className);
    const output = this.transformSchema(schema).fields.at(-1)!;
    const { program, spec } = this.mapping();
    const result = appendColumns(df, program as never, { inputs: [input.name], outputs: [output], spec });
    return this.getHandleInvalid() === "skip" ? withoutNulls(result, [output.name]) : result;
  }

  override toString(): string {
    return this.described({ numFeatures: this.numFeatures, handleInvalid: this.getHandleInvalid() });
  }
}

interface IndexSpec {
  readonly width: number;
  readonly maps: readonly (readonly [entry: number, values: readonly (readonly [number, number])[]])[];
  readonly invalid: "error" | "skip" | "keep";
}

const index = columnsProgram<IndexSpec>({
  name: "mllib.vectorIndexer",
  open({ width, maps, invalid }) {
    const categories: (Map<number, number> | undefined)[] = [];
    for (const [j, values] of maps) categories[j] = new Map(values);
    /** The category, or null where the row is to be left out. */
    const categoryOf = (j: number, value: number): number | null => {
      const known = categories[j];
      if (known === undefined) return value;
      const category = known.get(value);
      if (category !== undefined) return category;
      if (invalid === "keep") return known.size;
      if (invalid === "skip") return null;
      throw new DataError("UNSEEN_CATEGORY", `VectorIndexer: the value ${value} of entry ${j} was not seen when it was fitted. Set handleInvalid to "keep" or "skip".`); // prettier-ignore
    };
    return ([input], rows) => {
      const vectors = new VectorColumn(input!);
      const out = new VectorColumnBuilder();
      for (let row = 0; row < rows; row++) {
        if (vectors.isNull(row)) throw nullVector("VectorIndexerModel");
        if (vectors.size(row) !== width) throw sizeDiffers("VectorIndexerModel", width, vectors.size(row));
        const values = vectors.values(row);
        const isDense = vectors.isDense(row);
        const found = new Float64Array(values.length);
        const indices = isDense ? null : vectors.indices(row);
        let skipped = false;
        for (let i = 0; i < values.length; i++) {
          const category = categoryOf(indices === null ? i : indices[i]!, values[i]!);
          if (category === null) skipped = true;
          else found[i] = category;
        }
        if (skipped) out.appendNull();
        else if (indices === null) out.appendDense(found);
        else out.appendSparse(width, indices, found);
      }
      return [out.finish()];
    };
  },
});

const double: DataType = { kind: "double" };
const int: DataType = { kind: "int" };
const map = (key: DataType, value: DataType): DataType => ({ kind: "map", key, value, valueContainsNull: false });

savedByParams(VectorIndexer);
savedAs(
  VectorIndexerModel,
  "VectorIndexerModel",
  { numFeatures: column.int, categoryMaps: map(int, map(double, int)) },
  (model) => [model.numFeatures, model.categoryMaps],
  (numFeatures: number, categoryMaps: ReadonlyMap<number, ReadonlyMap<number, number>>) =>
    new VectorIndexerModel(numFeatures, categoryMaps),
);
