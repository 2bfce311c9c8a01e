/** Bytes changed and files cut off at random: an error that names the file, or rows; never anything else, and never for long. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FiresteelError } from "../../../../src/common/errors";
import { Sources } from "../support";

const golden = join(__dirname, "../../../golden/parquet");
const sources = new Sources("parquet");
afterAll(() => sources.close());

function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield (state >>> 8) / 2 ** 24;
  }
}

function damaged(bytes: Buffer, random: () => number): Buffer {
  const how = Math.floor(random() * 4);
  if (how === 0) return bytes.subarray(0, Math.floor(random() * bytes.length));
  const copy = Buffer.from(bytes);
  // The footer is where most is decided.
  const from = how === 1 ? Math.max(0, copy.length - 600) : 0;
  const changes = 1 + Math.floor(random() * 4);
  for (let i = 0; i < changes; i++)
    copy[from + Math.floor(random() * (copy.length - from))] = how === 2 ? [0, 255, 127, 128][i]! : Math.floor(random() * 256);
  return copy;
}

const files = readdirSync(golden).filter((name) => name.endsWith(".parquet"));

test.each(files)("%s", async (name) => {
  const bytes = readFileSync(join(golden, name));
  const source = numbers(files.indexOf(name) + 1);
  const path = sources.at("damaged.parquet");
  for (let i = 0; i < 40; i++) {
    writeFileSync(
      path,
      damaged(bytes, () => source.next().value),
    );
    try {
      await sources.scan(await sources.load(path));
    } catch (error) {
      if (!(error instanceof FiresteelError)) throw error;
      expect(error.message).toContain("damaged.parquet");
    }
  }
});
