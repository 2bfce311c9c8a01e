/** Every case of the catalogue, frozen inside Jest and run in another process. */
import { freeze, modulesOf } from "../../src/closure/freeze";
import type { Frozen } from "../../src/closure/frozen";
import { TaskError } from "../../src/common/errors";
import { catalogue } from "./catalogue";
import { type BuiltKit, buildKit } from "./support/build";
import { Peer } from "./support/peer-client";

let kit: BuiltKit;
let peer: Peer;

beforeAll(() => {
  kit = buildKit();
  peer = Peer.process(kit.peer, modulesOf);
});

afterAll(async () => {
  await peer.close();
  kit.remove();
});

test("the catalogue has at least 40 cases", () => {
  expect(catalogue.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(40);
});

describe.each(catalogue)("$title", ({ cases }) => {
  test.each(cases)("$title", async ({ make, args = [], expected, refused }) => {
    let early: Frozen | undefined;
    Object.assign(globalThis, {
      freezeEarly: (fn: Function): void => {
        early = freeze(fn);
      },
    });
    const run = (): Frozen => {
      const fn = make();
      return early ?? freeze(fn);
    };
    if (refused) {
      const error = caught(run);
      expect(error).toBeInstanceOf(TaskError);
      for (const part of refused) expect((error as Error).message).toContain(part);
    } else {
      expect(await peer.call(run(), args)).toEqual(expected);
    }
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
