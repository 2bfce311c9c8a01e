/** Exchanges that do the same are found, and expressions are looked at only where the shape leaves it open. */
import type { ExchangeExec } from "../../../src/dataframe/physical/plan";
import { planQuery } from "../../../src/dataframe/physical/plan-query";
import { KnownExchanges } from "../../../src/dataframe/physical/known-exchanges";
import { walk } from "../../../src/dataframe/physical/traverse";
import { TestSession, tables } from "../support/session";

const session = new TestSession(tables({ large: ["k INT, v INT", 50_000_000], other: ["k INT, v INT", 50_000_000] }));

/** The first exchange of a query's plan. */
function exchangeOf(sql: string): ExchangeExec {
  let found: ExchangeExec | undefined;
  walk(planQuery(session.optimized(sql), session.settings, session.services(4)), (node) => {
    if (node.kind === "exchange") found ??= node;
  });
  return found!;
}

const counts = (table: string, least: number): ExchangeExec =>
  exchangeOf(`select k, count(*) from ${table} where v > ${least} group by k`);

/** The same under another id, as when the plan is made again. */
const again = (exchange: ExchangeExec): ExchangeExec => ({ ...exchange, id: exchange.id + 1000 });

test("those that do the same are one, whatever they are called by", () => {
  const known = new KnownExchanges();
  const first = counts("large", 1);
  expect(known.findOrAdd(first)).toBeNull();
  expect(known.findOrAdd(again(first)) === first).toBe(true);
  expect(known.findOrAdd(first) === first).toBe(true);
});

test("of the same shape, those with other expressions are others", () => {
  const known = new KnownExchanges();
  const [one, two] = [counts("large", 1), counts("large", 2)];
  expect([one, two, counts("other", 1)].map((exchange) => known.findOrAdd(exchange))).toEqual([null, null, null]);
  expect(known.findOrAdd(again(two)) === two).toBe(true);
  expect(known.findOrAdd(again(one)) === one).toBe(true);
});

test("what is added to a copy is not known to the original", () => {
  const known = new KnownExchanges();
  const [one, two] = [counts("large", 1), counts("large", 2)];
  known.findOrAdd(one);
  const copy = KnownExchanges.of(known);
  expect(copy.findOrAdd(two)).toBeNull();
  expect(copy.findOrAdd(again(one)) === one).toBe(true);
  expect(known.findOrAdd(again(two))).toBeNull();
});

test("expressions of an exchange are not looked at while no other has its shape", () => {
  let looked = 0;
  const watched = (exchange: ExchangeExec): ExchangeExec => {
    const observed = new Proxy(exchange.partitioning, {
      ownKeys: (target) => {
        looked++;
        return Reflect.ownKeys(target);
      },
    });
    return { ...exchange, partitioning: observed };
  };
  const known = new KnownExchanges();
  known.findOrAdd(watched(counts("large", 1)));
  known.findOrAdd(watched(counts("other", 1)));
  expect(looked).toBe(0);
  known.findOrAdd(watched(counts("large", 1)));
  expect(looked).toBeGreaterThan(0);
});
