/** The one row of the table `data`, in which most models keep what they learned. */
import type { ModelDirectory } from "./directory";

/** Its values, in the order of `columns`. Throws INVALID_MODEL where there is no such row. */
export async function readRecord(directory: ModelDirectory, columns: readonly string[]): Promise<readonly unknown[]> {
  const [row] = await directory.readTable("data", columns);
  if (row === undefined) throw directory.damaged("data has no row");
  return columns.map((name): unknown => row.get(name));
}
