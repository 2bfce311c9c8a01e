/** What the types of DataFrames and their functions take, checked by tsc: this file is never run. */
import { functions as F } from "../../src/index";
import type { DataFrame, QueryOptions, Row } from "../../src/index";

declare const df: DataFrame;

export async function typeTests(): Promise<void> {
  // Functions of columns have typed parameters, with and without the index.
  F.transform("xs", (x) => x.plus(1));
  F.transform("xs", (x, i) => x.plus(i));
  F.filter("xs", (x) => x.gt(1));
  F.aggregate("xs", F.lit(0), (sum, x) => sum.plus(x));
  await df.show({ truncate: false });
  df.dropna({ how: "all", subset: ["a"] }).orderBy(1, -2);
  df.sparkSession.read.csv("a.csv", { header: true, inferSchema: true, schema: "a INT" });
  const options: QueryOptions = {};
  await df.write.parquet("a", options);
  await df.write.csv("a", { mode: "overwrite", header: true, partitionBy: ["a"] });
  // Functions of groups get tables, and their key first where they want it.
  df.groupBy("a").applyInArrow((group) => ({ n: [group.numRows] }), "n INT");
  df.groupBy("a").applyInArrow((key, group) => ({ k: [key[0] as string], n: [group.numRows] }), "k STRING, n INT");
  const grouped = df.groupBy("a").cogroup(df.groupBy("a"));
  grouped.applyInArrow((left, right) => ({ n: [left.numRows + right.numRows] }), "n INT");
  grouped.applyInArrow((key, left, right) => ({ n: [key.length, left.numRows + right.numRows] }), "n INT");
  // The state and the messages of a source's writer are what its functions give.
  df.sparkSession.dataSource.register({
    name: "issues",
    schema: "id INT",
    partitions: () => [{ page: 1 }],
    *read({ page }) {
      yield { id: page.toFixed() };
    },
    write: {
      begin: async ({ options }) => ({ batch: options["batch"] ?? "" }),
      rows: (records, { state, attempt }) => ({ file: state.batch.concat(attempt), count: [...records].length }),
      commit: (messages, { state }) => messages.map(({ file, count }) => file.concat(state.batch, count.toFixed())),
      // @ts-expect-error: no message has this.
      abort: (messages) => messages.map(({ place }) => place),
    },
  });
  const rows: Row[] = await df.collect();
  const first: number = rows[0]![0];
  void first;
}
