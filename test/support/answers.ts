/** Rows and refusals of SQL, to be compared with those of an oracle. */
import type { Row, SparkSession } from "../../src";

export function answersOf(spark: () => SparkSession) {
  const answer = async (query: string): Promise<unknown[][]> =>
    (await spark().sql(query).collect()).map((row: Row) => row.toArray());
  /** The class of the error; the rows where there is none. */
  const refusal = async (query: string): Promise<unknown> => {
    try {
      return await answer(query);
    } catch (error) {
      return (error as { errorClass?: string }).errorClass;
    }
  };
  return { answer, refusal };
}
