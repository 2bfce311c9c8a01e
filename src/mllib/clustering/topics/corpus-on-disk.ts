/**
 * A corpus with its topics as Spark saves it: the graph of documents and terms, in the types of spark.mllib. Documents have numbers from 0 on, the
 * term w has the number -1 - w; documents and terms that have no other are left out.
 */
import type { DataType, StructField, StructType } from "../../../columnar/types";
import type { ColumnBatch, FixedVector, Vector as Column } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { expr } from "../../../dataframe/api/functions/columns";
import { denseVectorColumn, doublesOf, rowsProgram, VectorColumn } from "../../compute";
import { doubleColumn } from "../../compute/columns";
import { batchesProgram } from "../../compute/programs";
import { batchesOf } from "../../compute/task-data";
import { OldVectorUDT } from "../../linalg/user-types";
import { DenseVector } from "../../linalg/vectors";
import { jsonDouble } from "../../param/json-text";
import type { ModelDirectory } from "../../persistence/directory";
import { columnSums } from "./dirichlet";
import type { DocumentBlock } from "./documents";
import { isMet, type TopicCounts, withDocuments } from "./em";
import type { TopicCorpus } from "./em-fit";
import { GAMMA_SHAPE } from "./gamma-numbers";

const SPARK_CLASS = "org.apache.spark.mllib.clustering.DistributedLDAModel";

const field = (name: string, type: DataType): StructField => ({ name, type, nullable: true });
const table = (...fields: StructField[]): StructType => ({ kind: "struct", fields });
const long: DataType = { kind: "long" };
const TOTALS = table(field("globalTopicTotals", OldVectorUDT));
const VERTICES = table(field("id", long), field("topicWeights", OldVectorUDT));
const EDGES = table(field("srcId", long), field("dstId", long), field("tokenCounts", { kind: "double" }));

/** Numbers of documents: each partition has a range of its own, as in Spark. */
const PER_PARTITION = 2 ** 33;

const longs = (values: Float64Array): FixedVector => doubleColumn(values);

const documentVertices = batchesProgram<{ readonly k: number }, TopicCounts>({
  name: "mllib.lda.save.vertices",
  *run(records, { k }, task) {
    let id = task.partition * PER_PARTITION;
    for (const [topics, { starts }] of withDocuments(records, task)) {
      const kept = Int32Array.from(starts.subarray(1).keys()).filter((row) => starts[row]! < starts[row + 1]!);
      const weights = new Float64Array(kept.length * k);
      kept.forEach((row, i) => weights.set(topics.subarray(row * k, (row + 1) * k), i * k));
      const first = id;
      const ids = Float64Array.from(kept, (row) => first + row);
      id += starts.length - 1;
      yield { length: kept.length, columns: [longs(ids), denseVectorColumn(weights, kept.length, k)] } satisfies ColumnBatch;
    }
  },
});

const edges = batchesProgram<null, DocumentBlock>({
  name: "mllib.lda.save.edges",
  *run(blocks, _, task) {
    let id = task.partition * PER_PARTITION;
    for (const { starts, terms, counts } of blocks) {
      const from = new Float64Array(terms.length);
      for (let row = 0; row + 1 < starts.length; row++) from.fill(id++, starts[row], starts[row + 1]);
      const to = Float64Array.from(terms, (term) => -1 - term);
      yield { length: terms.length, columns: [longs(from), longs(to), doubleColumn(counts)] } satisfies ColumnBatch;
    }
  },
});

export async function savedCorpus(corpus: TopicCorpus, directory: ModelDirectory): Promise<void> {
  const { documents, counts, topics, iterationTimes } = corpus;
  const { session } = directory;
  const { k } = topics;
  const vocabSize = topics.counts.length / k;
  const data = directory.child("data");
  await data.writeTable("globalTopicTotals", TOTALS, [[new DenseVector(columnSums(topics.counts, k))]]);
  const terms = Array.from({ length: vocabSize }, (_, term) => term).filter((term) => isMet(topics.counts, term * k, k));
  const rows = terms.map((term) => [-1 - term, new DenseVector(topics.counts.slice(term * k, (term + 1) * k))]);
  const ofDocuments = counts.frame(session, documentVertices, { k }, VERTICES);
  await data.writeFrame("topicCounts", session.createDataFrame(rows, VERTICES).coalesce(1).union(ofDocuments));
  await data.writeFrame("tokenCounts", documents.frame(session, edges, null, EDGES));
  await directory.writeMetadataJson({
    class: SPARK_CLASS,
    version: "1.0",
    k,
    vocabSize,
    docConcentration: Array.from({ length: k }, () => jsonDouble(topics.alpha)),
    topicConcentration: jsonDouble(topics.eta),
    iterationTimes: iterationTimes.map(jsonDouble),
    gammaShape: jsonDouble(GAMMA_SHAPE),
  });
}

const loadedBlocks = rowsProgram<{ readonly k: number; readonly width: number }, ColumnBatch, TopicCounts>({
  name: "mllib.lda.load",
  *run(batches, { k, width }) {
    for (const { length, columns } of batches) {
      const [terms, counts] = [listed(columns[0]!, "long"), listed(columns[1]!, "double")];
      const topics = new Float64Array(length * k);
      const vectors = new VectorColumn(columns[2]!);
      for (let row = 0; row < length; row++) vectors.copyDense(row, topics, row * k);
      const block = { width, starts: terms.starts, terms: Int32Array.from(terms.values), counts: counts.values };
      yield { documents: topics, block, terms: null };
    }
  },
});

/** The items of lists, one after the other, and where each list begins. */
function listed(column: Column, kind: "long" | "double"): { readonly starts: Int32Array; readonly values: Float64Array } {
  if (column.form !== "list") throw new InternalError(`A column of form ${column.form} holds no arrays.`);
  const { length, starts, ends } = column;
  const items = doublesOf(column.child, { kind }).values;
  const places = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) places[row + 1] = places[row]! + ends[row]! - starts[row]!;
  const values = new Float64Array(places[length]!);
  for (let row = 0; row < length; row++) values.set(items.subarray(starts[row], ends[row]), places[row]);
  return { starts: places, values };
}

const loadedDocuments = rowsProgram<null, TopicCounts, DocumentBlock>({
  name: "mllib.lda.load.documents",
  *run(records) {
    for (const { block } of records) yield block!;
  },
});

interface CorpusMetadata {
  readonly k: number;
  readonly vocabSize: number;
  readonly docConcentration: readonly number[];
  readonly topicConcentration: number;
  readonly iterationTimes?: readonly number[];
}

/** Executors keep documents and their topics. */
export async function loadedCorpus(directory: ModelDirectory): Promise<TopicCorpus> {
  const metadata = (await directory.readMetadataJson()) as Partial<CorpusMetadata> | null;
  const { k, vocabSize, docConcentration, topicConcentration, iterationTimes = [] } = metadata ?? {};
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
  if (!isCount(k) || !isCount(vocabSize) || typeof docConcentration?.[0] !== "number" || typeof topicConcentration !== "number")
    throw directory.damaged("metadata are not those of topics");
  const data = directory.child("data");
  const vertices = await data.frame("topicCounts", VERTICES.fields.map(({ name }) => name)); // prettier-ignore
  const pairs = await data.frame("tokenCounts", EDGES.fields.map(({ name }) => name)); // prettier-ignore
  const counts = new Float64Array(vocabSize * k);
  for (const row of await vertices.filter("id < 0").collect()) {
    const term = -1 - Number(row.get("id"));
    const weights = (row.get("topicWeights") as DenseVector).toArray();
    if (term >= vocabSize || weights.length !== k) throw directory.damaged("topicCounts are not those of its terms and topics");
    counts.set(weights, term * k);
  }
  const documents = pairs
    .groupBy("srcId")
    .agg(expr("sort_array(collect_list(struct(-1 - dstId AS term, tokenCounts AS count)))").alias("pairs"))
    .join(vertices.filter("id >= 0").withColumnRenamed("id", "srcId"), "srcId")
    .selectExpr("transform(pairs, pair -> pair.term) AS terms", "transform(pairs, pair -> pair.count) AS counts", "topicWeights");
  const loaded = batchesOf(documents, ["terms", "counts", "topicWeights"]).map(loadedBlocks, { k, width: vocabSize }).persist();
  return {
    session: directory.session,
    documents: loaded.map(loadedDocuments, null),
    counts: loaded,
    topics: { k, alpha: docConcentration[0], eta: topicConcentration, counts },
    iterationTimes,
    checkpointFiles: [],
  };
}
