/** Forms of SQL text that expressions have as they were written and as they were analysed: `E` is the one or the other. */
import { unreachable } from "../../common/errors";

export interface PrintedFrame<E> {
  readonly unit: "rows" | "range";
  readonly start: PrintedBound<E>;
  readonly end: PrintedBound<E>;
}

export type PrintedBound<E> =
  | { readonly kind: "unboundedPreceding" | "unboundedFollowing" | "currentRow" }
  | {
      readonly kind: "preceding" | "following";
      readonly offset: E;
      /** The whole bound, where it reads otherwise. */
      readonly printed?: string;
    };

export function frameSql<E>({ unit, start, end }: PrintedFrame<E>, text: (offset: E) => string): string {
  return `${unit.toUpperCase()} BETWEEN ${boundSql(start, text)} AND ${boundSql(end, text)}`;
}

export function boundSql<E>(bound: PrintedBound<E>, text: (offset: E) => string): string {
  switch (bound.kind) {
    case "unboundedPreceding":
      return "UNBOUNDED PRECEDING";
    case "unboundedFollowing":
      return "UNBOUNDED FOLLOWING";
    case "currentRow":
      return "CURRENT ROW";
    case "preceding":
    case "following":
      return bound.printed ?? `${text(bound.offset)} ${bound.kind.toUpperCase()}`;
    default:
      return unreachable(bound);
  }
}

/** Of conditions and values in turn, and what holds otherwise. */
export function caseSql(args: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i + 1 < args.length; i += 2) parts.push(`WHEN ${args[i]} THEN ${args[i + 1]}`);
  if (args.length % 2 === 1) parts.push(`ELSE ${args.at(-1)}`);
  return `CASE ${parts.join(" ")} END`;
}
