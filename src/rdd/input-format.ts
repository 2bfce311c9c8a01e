/** Reading from systems of the user's own: what Hadoop's input formats are for. */

/**
 * Where records come from and how a task reads a part of them. `splits` runs on the driver when an action first needs the
 * layout; splits must be such as can be records. `read` runs in tasks, on a copy of the object.
 *
 * @example
 * class Countdown implements InputFormat<number, number> {
 *   splits(): number[] { return [3, 5]; }
 *   *read(from: number): Iterable<number> { for (let i = from; i > 0; i--) yield i; }
 * }
 * sc.inputFormat(new Countdown()).collect() // [3, 2, 1, 5, 4, 3, 2, 1]
 */
export interface InputFormat<T, S> {
  /** One split for each partition. `minPartitions` is what the caller asked for. */
  splits(minPartitions: number): readonly S[] | Promise<readonly S[]>;
  read(split: S): Iterable<T> | AsyncIterable<T> | Promise<Iterable<T>>;
  /** Hosts near the data of a split. */
  preferredLocations?(split: S): readonly string[];
}
