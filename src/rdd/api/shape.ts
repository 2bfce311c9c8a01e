/**
 * A bound of type parameters that rules out null and undefined only: it makes TypeScript take `[a, [b, c]]` for tuples where a value
 * of the parameter is wanted. (With null or undefined in it the literals of primitive values would stay literals.)
 */
export type Shape = NonNullable<unknown> | [] | [Item?, ...Item[]];
type Item = Shape | null | undefined;
