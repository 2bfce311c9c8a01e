/** Exchanges of a query by what they do. */
import { planSignature } from "../logical/signature";
import type { ExchangeExec } from "./plan";
import { walk } from "./traverse";

/**
 * Exchanges of one query, to be found by what they do. Only those of the same shape have their signatures compared: a signature
 * visits every expression, and a plan is made again after each exchange.
 */
export class KnownExchanges {
  readonly #byShape = new Map<string, ExchangeExec[]>();

  /** Those that are known to `other`, too. */
  static of(other: KnownExchanges): KnownExchanges {
    const known = new KnownExchanges();
    for (const [shape, exchanges] of other.#byShape) known.#byShape.set(shape, [...exchanges]);
    return known;
  }

  /** The first known one that does the same as `exchange`. Null where there is none: then `exchange` is known from now on. */
  findOrAdd(exchange: ExchangeExec): ExchangeExec | null {
    const shape = shapeOf(exchange);
    const candidates = this.#byShape.get(shape);
    if (candidates === undefined) {
      this.#byShape.set(shape, [exchange]);
      return null;
    }
    const signature = planSignature(exchange);
    const same = candidates.find((one) => planSignature(one) === signature);
    if (same !== undefined) return same;
    candidates.push(exchange);
    return null;
  }
}

/** Equal for exchanges with equal signatures: the operators down to the exchanges below, their widths, and what they read. */
function shapeOf(exchange: ExchangeExec): string {
  const parts: (string | number)[] = [exchange.partitioning.kind];
  walk(exchange, (node) => {
    if (node !== exchange && (node.kind === "exchange" || node.kind === "reusedExchange")) {
      parts.push("@", node.kind === "exchange" ? node.id : node.exchange);
      return false;
    }
    parts.push(node.kind, node.output.length);
    if (node.kind === "scan") parts.push(node.relation.name, node.pushed.length);
    return true;
  });
  return parts.join(" ");
}
