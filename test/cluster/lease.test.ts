/** Masters that share a directory: never two with one term, none that acts after another has taken over. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "../../src/cluster/master/journal";
import { Lease } from "../../src/cluster/master/lease";

let directory: string;
let now: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lease-test-"));
  now = 1000;
});
afterEach(() => rmSync(directory, { recursive: true }));

const lease = (url: string, clock = (): number => now) => new Lease({ directory, url, timeoutMs: 1000, now: clock });

/** As if the holder were on another machine, about whose processes nothing is known. */
function elsewhere(): void {
  const path = join(directory, "master.lease");
  const written = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...written, owner: { pid: 1, started: "1", machine: "far", namespace: "far|1" } }));
}

test("the first takes term 1; a second one waits until the lease has not changed for its time", () => {
  const [a, b] = [lease("a"), lease("b")];
  expect(a.acquire()).toBe(true);
  expect(a.term).toBe(1);
  elsewhere();
  expect(b.acquire()).toBe(false);
  expect(b.holder()).toEqual({ term: 1, url: "a" });
  now += 500;
  expect(b.acquire()).toBe(false);
  a.renew();
  now += 900;
  expect(b.acquire()).toBe(false); // a sign of life came in between
  now += 1000;
  expect(b.acquire()).toBe(true);
  expect(b.term).toBe(2);
  expect(a.confirm()).toBe(false);
  expect(a.term).toBeNull();
  expect(b.confirm()).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(["master.lease", "master.term.2"]);
});

test("one that was stopped for long takes the next term before it acts, unless another one was quicker", () => {
  const [a, b] = [lease("a"), lease("b")];
  a.acquire();
  elsewhere();
  b.acquire();
  now += 700; // it could not write, and nobody was there yet
  expect(a.confirm()).toBe(true);
  expect(a.term).toBe(2);
  elsewhere();
  b.acquire();
  now += 5000;
  expect(b.acquire()).toBe(true);
  expect(b.term).toBe(3);
  expect([a.confirm(), a.renew(), a.confirm()]).toEqual([false, false, false]);
});

test("a lease that was given back, or whose process of this machine is gone, is free at once", () => {
  const [a, b] = [lease("a"), lease("b")];
  a.acquire();
  expect(b.acquire()).toBe(false); // this very process lives
  a.release();
  expect(b.acquire()).toBe(true);
  const path = join(directory, "master.lease");
  const written = JSON.parse(readFileSync(path, "utf8")) as { owner: Record<string, unknown> };
  writeFileSync(path, JSON.stringify({ ...written, owner: { ...written.owner, started: "0" } }));
  expect(a.acquire()).toBe(true);
  expect(a.term).toBe(3);
});

test("a term that was taken by one that died before its first sign of life is passed over after the same time", () => {
  const [a, b] = [lease("a"), lease("b")];
  a.acquire();
  a.release();
  writeFileSync(join(directory, "master.term.2"), "");
  expect(b.acquire()).toBe(false);
  now += 1000;
  expect(b.acquire()).toBe(true);
  expect(b.term).toBe(3);
});

test("of many that wait one is next", () => {
  const a = lease("a");
  a.acquire();
  elsewhere();
  const others = Array.from({ length: 8 }, (_, i) => lease(`other ${i}`));
  for (const one of others) expect(one.acquire()).toBe(false);
  now += 1000;
  expect(others.filter((one) => one.acquire())).toHaveLength(1);
});

test("what an overtaken master writes is not read by the next", () => {
  const app = (id: string) => ({ key: `app ${id}`, value: { facts: { id } as never, nextExecutor: 1 } }) as const;
  const first = new Journal(directory, 1);
  first.write(app("one"));
  appendFileSync(join(directory, "master.journal.1"), `{"key": "app cut o`);
  const second = new Journal(directory, 2);
  first.write(app("late"));
  second.write(app("two"));
  const third = new Journal(directory, 5);
  expect([...third.entries().keys()]).toEqual(["app one", "app two"]);
  for (const journal of [first, second, third]) journal.close();
  expect(readdirSync(directory)).toEqual(["master.journal.5"]);
});
