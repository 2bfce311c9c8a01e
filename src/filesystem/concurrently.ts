/** Bounded concurrency for calls to storage. */

/** `f` of every item, at most `limit` at a time, results in order. The first failure stops further calls and is thrown. */
export async function mapConcurrently<T, U>(
  items: readonly T[],
  limit: number,
  f: (item: T, index: number) => Promise<U>,
): Promise<U[]> {
  const results = new Array<U>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await f(items[index]!, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane));
  const failed = lanes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  return results;
}
