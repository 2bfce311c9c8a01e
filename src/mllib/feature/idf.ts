/** Counts of words weighed down by how many rows have the word: log((rows + 1) / (rows with it + 1)). */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import { DenseVector, type Vector } from "../linalg/vectors";
import { gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  minDocFreq: intParam("entries that fewer rows have become 0", 0, gtEq(0)),
} as const;

export class IDF extends withParams(Estimator<IDFModel>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<IDFModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true });
    const found = await data.aggregate(countRows, null);
    if (found === null || found.rows === 0)
      throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty; there is nothing to learn from.`);
    const { rows, counts } = found;
    const least = this.getMinDocFreq();
    const idf = counts.map((count) => (count >= least ? Math.log((rows + 1) / (count + 1)) : 0));
    const kept = Array.from(counts, (count) => (count >= least ? count : 0));
    return new IDFModel(new DenseVector(idf), kept, rows).of(this);
  }
}

interface RowCounts {
  readonly rows: number;
  /** Rows where an entry is above 0. */
  readonly counts: Float64Array;
}

const countRows = aggregateProgram<null, InstanceBlock, RowCounts>({
  name: "mllib.idf",
  run(blocks) {
    let rows = 0;
    let counts: Float64Array | null = null;
    for (const block of blocks) {
      counts ??= new Float64Array(block.width);
      if (counts.length !== block.width) throw widthsDiffer(counts.length, block.width);
      rows += block.rows;
      const values = block.dense ?? block.sparse!.values;
      for (let i = 0; i < values.length; i++)
        if (values[i]! > 0) counts[block.dense === null ? block.sparse!.indices[i]! : i % block.width]!++;
    }
    return { rows, counts: counts ?? new Float64Array(0) };
  },
  merge(a, b) {
    if (a.rows === 0) return b;
    if (b.rows === 0) return a;
    if (a.counts.length !== b.counts.length) throw widthsDiffer(a.counts.length, b.counts.length);
    return { rows: a.rows + b.rows, counts: a.counts.map((count, i) => count + b.counts[i]!) };
  },
});

function widthsDiffer(a: number, b: number): DataError {
  return new DataError(
    "VECTOR_SIZES_DIFFER",
    `IDF: the column holds vectors of ${a} and of ${b} entries; all must have as many.`,
  );
}

export class IDFModel extends withParams(VectorModel, params) {
  constructor(
    readonly idf: Vector,
    /** Rows that have each entry; 0 where they are fewer than minDocFreq. */
    readonly docFreq: readonly number[],
    readonly numDocs: number,
  ) {
    super();
  }

  of(parent: IDF): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.idf.size;
  }

  protected override mapping(): Mapping {
    const scale = this.idf.toArray();
    return mapping(scaleVectors, { who: this.className, width: scale.length, shift: null, scale });
  }

  override toString(): string {
    return this.described({ numDocs: this.numDocs, numFeatures: this.idf.size });
  }
}

savedByParams(IDF);
savedAs(
  IDFModel,
  "IDFModel",
  { idf: column.vector, docFreq: column.longs, numDocs: column.long },
  (model) => [model.idf, model.docFreq, model.numDocs],
  (idf: Vector, docFreq: readonly (number | bigint)[], numDocs: number | bigint) =>
    new IDFModel(idf, docFreq.map(Number), Number(numDocs)),
);
