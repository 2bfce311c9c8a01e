/** Documents as blocks of the terms that they have, which executors keep. */
import type { StructType } from "../../../columnar/types";
import { DataError } from "../../../common/errors";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { aggregateProgram, type InstanceBlock, rowsProgram, type TaskData } from "../../compute";
import { pointBlocks } from "../points";

/** Plain data. */
export interface DocumentBlock {
  /** Terms of the vocabulary. */
  readonly width: number;
  /** Document i has terms[starts[i]] to before terms[starts[i + 1]], each once. */
  readonly starts: Int32Array;
  readonly terms: Int32Array;
  /** How often; never 0. */
  readonly counts: Float64Array;
}

/** Documents of a partition, the (document, term) pairs that they have, and the vocabulary. */
export interface PartSize {
  readonly documents: number;
  readonly pairs: number;
  readonly width: number;
}

/** What is before each partition: the place of a document, or of a pair, does not depend on how rows are divided. */
export interface CorpusSize extends PartSize {
  readonly documentsBefore: Float64Array;
  readonly pairsBefore: Float64Array;
}

const toDocuments = rowsProgram<{ readonly who: string }, InstanceBlock, DocumentBlock>({
  name: "mllib.lda.documents",
  *run(blocks, { who }) {
    for (const { rows, width, dense, sparse } of blocks) {
      const values = dense ?? sparse!.values;
      const starts = new Int32Array(rows + 1);
      const terms = new Int32Array(values.length);
      const counts = new Float64Array(values.length);
      let end = 0;
      for (let row = 0; row < rows; row++) {
        const [from, to] = dense === null ? [sparse!.starts[row]!, sparse!.starts[row + 1]!] : [row * width, (row + 1) * width];
        for (let at = from; at < to; at++) {
          const count = values[at]!;
          if (count === 0) continue;
          if (count < 0) throw new DataError("INVALID_FEATURES", `${who}: a document has a term ${count} times; counts must not be negative.`); // prettier-ignore
          terms[end] = dense === null ? sparse!.indices[at]! : at - from;
          counts[end++] = count;
        }
        starts[row + 1] = end;
      }
      yield { width, starts, terms: terms.subarray(0, end), counts: counts.subarray(0, end) };
    }
  },
});

/** The documents of a DataFrame whose schema was checked. */
export async function documentsOf(
  df: DataFrame,
  schema: StructType,
  featuresCol: string,
  who: string,
): Promise<TaskData<DocumentBlock>> {
  return (await pointBlocks(df, schema, { featuresCol, weightCol: undefined }, who)).map(toDocuments, { who });
}

const partSize = aggregateProgram<{ readonly who: string }, DocumentBlock, PartSize>({
  name: "mllib.lda.size",
  run(blocks, { who }) {
    let [documents, pairs, width] = [0, 0, -1];
    for (const block of blocks) {
      width = sameWidth(width, block.width, who);
      documents += block.starts.length - 1;
      pairs += block.terms.length;
    }
    return { documents, pairs, width };
  },
});

/** Throws where there are no documents, or vectors of several sizes. Where executors are to keep them, they do from then on. */
export async function corpusSize(documents: TaskData<DocumentBlock>, who: string): Promise<CorpusSize> {
  const parts = await documents.partials(partSize, { who });
  const documentsBefore = new Float64Array(parts.length);
  const pairsBefore = new Float64Array(parts.length);
  let all: PartSize = { documents: 0, pairs: 0, width: -1 };
  for (const [i, part] of parts.entries()) {
    documentsBefore[i] = all.documents;
    pairsBefore[i] = all.pairs;
    all = {
      documents: all.documents + part.documents,
      pairs: all.pairs + part.pairs,
      width: part.width < 0 ? all.width : sameWidth(all.width, part.width, who),
    };
  }
  if (all.documents === 0)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty: there are no documents to learn from.`);
  return { ...all, documentsBefore, pairsBefore };
}

function sameWidth(known: number, width: number, who: string): number {
  if (known >= 0 && known !== width)
    throw new DataError("VECTOR_SIZES_DIFFER", `${who}: documents are vectors of ${known} and of ${width} entries; all must have as many as the vocabulary.`); // prettier-ignore
  return width;
}
