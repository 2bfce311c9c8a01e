/**
 * A program as a user starts it: all cases of the catalogue, functions and classes of the main module itself, packages of
 * every kind, a stack trace. Run by launch.test.ts under each launcher; prints one line of JSON.
 */
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import whole from "cjs-only";
import { named } from "cjs-only";
import { Point as DualPoint } from "dual";
import defaultOfEsm, { Vector, scale } from "esm-only";
import * as esmOnly from "esm-only";
import { catalogue } from "./catalogue";
import { Peer } from "./support/peer-client";
import type * as Kit from "./support/entry";
import type { Frozen } from "../../../src/closure/frozen";

const require = createRequire(process.env["CLOSURE_KIT"] as string);
const kit = require("./entry.cjs") as typeof Kit;

const failures: string[] = [];
let passed = 0;

function check(title: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) passed++;
  else failures.push(`${title}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/** The main module's own: it must never be loaded by the other side, which would start this program again. */
const rate = 3;
let runs = 0;
runs++;
class Account {
  static opened = 0;
  balance: number;
  constructor(balance: number) {
    this.balance = balance;
  }
  grow(): Account {
    return new Account(this.balance * rate);
  }
}
Account.opened = 5;
function grow(account: Account): Account {
  return account.grow();
}
function failing(x: number): number {
  if (x === 2) throw new TypeError("bad two"); // the line that the stack must name
  return x;
}

async function runCatalogue(peer: Peer): Promise<void> {
  for (const { make, title, args = [], expected, refused } of catalogue.flatMap(({ cases }) => cases)) {
    let early: Frozen | undefined;
    Object.assign(globalThis, {
      freezeEarly: (fn: Function): void => {
        early = kit.freeze(fn);
      },
    });
    try {
      const fn = make();
      const result = await peer.call(early ?? kit.freeze(fn), args);
      if (refused) failures.push(`${title}: was not refused`);
      else check(title, result, expected);
    } catch (error) {
      const { message } = error as Error;
      if (refused?.every((part) => message.includes(part)) === true) passed++;
      else failures.push(`${title}: ${message}`);
    }
  }
}

async function runMain(peer: Peer): Promise<void> {
  const call = (fn: (...args: never[]) => unknown, ...args: unknown[]): Promise<unknown> => peer.call(kit.freeze(fn), args);
  const account = new Account(2);
  check(
    "main: class, function, variable",
    await call(() => [grow(account).balance, Account.opened, account instanceof Account, runs]),
    [6, 5, true, 1],
  );
  check(
    "main: the other side did not start the program",
    await call(() => Object.hasOwn(globalThis, "closureProgramRuns")),
    false,
  );
  check("CommonJS package: default", await call(() => whole.whole), "cjs-only");
  check("CommonJS package: named", await call(() => named()), "named of cjs-only");
  check(
    "ES module package: named, default, namespace",
    await call((x: number) => [scale(x), defaultOfEsm, esmOnly.scale(x), new Vector(1).x], 2),
    [20, "esm-only", 20, 1],
  );
  const vector = new Vector(4);
  check("instance of a package's class", await call(() => [vector.x, vector instanceof Vector]), [4, true]);
  const point = new DualPoint(5);
  check("package with two faces", await call(() => [point.x, point instanceof DualPoint, new DualPoint(1).face]), [
    5,
    true,
    point.face,
  ]);
  const later = await import("./late");
  check("module loaded by import()", await call((x: number) => [later.lateTax(x), later.lateTable.size], 10), [11, 1]);
  const { lateTax } = await import("./late");
  check("destructured from import()", await call((x: number) => lateTax(x), 10), 11);
  try {
    await call(failing, 2);
    failures.push("nothing was thrown");
  } catch (error) {
    const stack = kit.mapStack((error as Error).stack ?? "");
    const found = /main\.ts:(\d+):(\d+)/.exec(stack);
    check("stack", found?.[0], `main.ts:${process.env["CLOSURE_LINE"] ?? ""}`);
  }
}

async function main(): Promise<void> {
  (globalThis as Record<string, unknown>)["closureProgramRuns"] = true;
  const peer = Peer.process(require.resolve("./peer.cjs"), kit.modulesOf);
  try {
    await runCatalogue(peer);
    await runMain(peer);
  } finally {
    await peer.close();
  }
  console.log(JSON.stringify({ passed, failures }));
}

void main();
