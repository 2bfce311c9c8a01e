/**
 * What every estimator and transformer must do, whatever it computes: parameters, copies, uids, saving and loading, checks of columns
 * before any job, results that do not depend on partitions, empty data, one row, nulls. The classes are listed in compliance-table.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../support/built-session";
import { untilPasses } from "../support/until";
import { FIELDS, rows, SCHEMA } from "./compliance-data";
import { type Subject, SUBJECTS } from "./compliance-table";
import { plain } from "./feature/golden";

interface Stage {
  readonly uid: string;
  readonly params: readonly { readonly name: string; readonly doc: string }[];
  fit?(df: DataFrame, params?: object, options?: { signal?: AbortSignal }): Promise<Stage>;
  hasParam(name: string): boolean;
  transform(df: DataFrame): DataFrame;
  copy(extra?: object): Stage;
  explainParams(): string;
  getOrDefault(name: string): unknown;
  set(name: string, value: unknown): Stage;
  isSet(name: string): boolean;
  clear(name: string): Stage;
  write(): { overwrite(): { save(path: string): Promise<void> }; save(path: string): Promise<void> };
}
type Class = (new (params?: object, uid?: string) => Stage) & { load(path: string): Promise<Stage> };

const spark = testSession();
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "firesteel-compliance-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { Vectors } = mllib;
const WEIGHTED = { kind: "struct", fields: [...SCHEMA.fields, { name: "weight", type: { kind: "double" }, nullable: false }] };
const frame = (data: readonly unknown[][], weights?: readonly number[]): DataFrame =>
  weights === undefined
    ? spark().createDataFrame(data as never, SCHEMA as never)
    : spark().createDataFrame(data.map((row, i) => [...row, weights[i]]) as never, WEIGHTED as never);
const classOf = (subject: Subject): Class => (mllib as unknown as Record<string, Class>)[subject.name]!;
const make = (subject: Subject): Stage => new (classOf(subject))(subject.params);
const fitted = async (stage: Stage, df: DataFrame): Promise<Stage> => (stage.fit === undefined ? stage : stage.fit(df));

async function output(stage: Stage, df: DataFrame, subject: Subject): Promise<unknown[]> {
  const column = subject.output ?? "out";
  return (await stage.transform(df).select("x", column).collect()).map((row) => [plain(row.get(0)), plain(row.get(1))]);
}

/** Rows in an order that does not depend on partitions, numbers to so many digits. */
function comparable(values: readonly unknown[], digits = 12): string[] {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(digits)) + 0 : value;
  return values.map((value) => JSON.stringify(value, rounded)).sort();
}

describe.each(SUBJECTS)("$name", (subject) => {
  const Class = (): Class => classOf(subject);
  /** An instance and what it has learned of twelve rows, for tests that change neither. */
  let known: Promise<{ readonly stage: Stage; readonly model: Stage }> | undefined;
  const learned = (): NonNullable<typeof known> =>
    (known ??= (async () => {
      const stage = make(subject);
      return { stage, model: await fitted(stage, frame(rows(12))) };
    })());

  test("parameters: typed, documented, with defaults, copied", () => {
    const stage = make(subject);
    for (const [name, value] of Object.entries(subject.params)) {
      expect(stage.isSet(name)).toBe(true);
      const kept = stage.getOrDefault(name);
      expect(name === "scalingVec" ? [...(kept as Iterable<number>)] : kept).toEqual(value);
    }
    for (const { name, doc } of stage.params) expect([name, doc.length > 0]).toEqual([name, true]);
    expect(stage.explainParams().split("\n")).toHaveLength(stage.params.length);
    expect(() => new (Class())({ nonsense: 1 })).toThrow(/nonsense/);
    if (subject.wrong !== undefined) {
      const [name, value] = subject.wrong;
      expect(() => new (Class())({ [name]: value })).toThrow(new RegExp(`${subject.name}: ${name} `));
    }
    const [name] = Object.keys(subject.params) as [string];
    const before = stage.getOrDefault(name);
    const copy = stage.copy();
    expect([copy.uid, copy.constructor]).toEqual([stage.uid, stage.constructor]);
    copy.clear(name);
    expect([copy.isSet(name), stage.getOrDefault(name)]).toEqual([false, before]);
  });

  test("uids tell instances apart, and models keep their estimator's", async () => {
    const { stage: one, model } = await learned();
    const other = make(subject);
    expect(one.uid).toMatch(new RegExp(`^${subject.name}_[0-9a-f]{12}$`));
    expect(one.uid).not.toBe(other.uid);
    expect(new (Class())(subject.params, "mine").uid).toBe("mine");
    if (subject.name !== "QuantileDiscretizer") expect(model.uid).toBe(one.uid);
  });

  test("saving and loading: the stage, and what it has learned", async () => {
    const df = frame(rows(12));
    const { stage, model } = await learned();
    const path = join(folder, subject.name);
    await stage.write().save(path);
    await expect(stage.write().save(path)).rejects.toThrow(/already exists/);
    const again = await Class().load(path);
    expect([again.uid, again.explainParams()]).toEqual([stage.uid, stage.explainParams()]);
    await model.write().overwrite().save(path);
    const loaded = await (model.constructor as Class).load(path);
    expect(loaded.explainParams()).toBe(model.explainParams());
    expect(await output(loaded, df, subject)).toEqual(await output(model, df, subject));
  });

  test.each(subject.reads)("says that %s is missing, before any job", async (column) => {
    const broken = spark()
      .range(4)
      .selectExpr("raise_error('a job ran') AS boom")
      .select(...["boom"]);
    const others = FIELDS.map(([name]) => name).filter((name) => name !== column);
    const df = frame(rows(4)).select(...others).crossJoin(broken); // prettier-ignore
    const stage = make(subject);
    const run = async (): Promise<unknown> => (stage.fit === undefined ? stage.transform(df).columns() : stage.fit(df));
    await expect(run()).rejects.toThrow(new RegExp(column));
    await expect(run()).rejects.not.toThrow(/a job ran/);
  });

  test("results do not depend on partitions", async () => {
    if (subject.partitions !== undefined) return;
    const [one, many] = [frame(rows(40)).repartition(1), frame(rows(40)).repartition(8)];
    const results = await Promise.all([one, many].map(async (df) => output(await fitted(make(subject), df), df, subject)));
    expect(comparable(results[1]!, subject.digits)).toEqual(comparable(results[0]!, subject.digits));
  });

  test("a row of weight 2 counts as two rows", async () => {
    if (!make(subject).hasParam("weightCol") || subject.weights !== undefined) return;
    const data = rows(40);
    const times = (i: number): number => 1 + (i % 2);
    const weighted = frame(data, data.map((_, i) => times(i))); // prettier-ignore
    const repeated = frame(data.flatMap((row, i) => Array.from({ length: times(i) }, () => row)));
    const models = [await make(subject).set("weightCol", "weight").fit!(weighted), await make(subject).fit!(repeated)];
    const results = await Promise.all(models.map((model) => output(model, frame(data), subject)));
    expect(comparable(results[1]!, subject.digits ?? 9)).toEqual(comparable(results[0]!, subject.digits ?? 9));
  });

  test.each([NaN, Infinity])("a feature that is %s is an error of the data, or what the class says", async (bad) => {
    const stage = make(subject);
    const [column] = subject.reads;
    if (stage.fit === undefined || subject.nonFinite !== undefined || (column !== "features" && column !== "counts")) return;
    const at = FIELDS.findIndex(([name]) => name === column);
    const broken = frame(rows(12).map((row, i) => (i === 5 ? row.map((value, j) => (j === at ? Vectors.dense(1, bad, 1) : value)) : row))); // prettier-ignore
    await expect(stage.fit(broken)).rejects.toThrow(new RegExp(`NaN|Infinit|finite|${bad}|whole numbers`, "i"));
  });

  test("constant features, and one class only: a model that predicts, or an error that says why", async () => {
    if (make(subject).fit === undefined) return;
    const same = frame(
      rows(12).map((_, i) => [Vectors.dense(1, 1, 1), Vectors.dense(1, 1, 1), 1, "a", ["a"], ["a"], 0, 1 + (i % 3), i % 2]),
    );
    const oneClass = frame(rows(12).map((row) => [...row.slice(0, -1), 0]));
    for (const df of [same, oneClass]) {
      const model = await make(subject).fit!(df).catch((error: Error) => error);
      if (model instanceof Error)
        expect(model.message).toMatch(
          /constant|one class|at least|too few|only binary|single solution|variance|k \(|same|classes/i,
        );
      else expect(await output(model, df, subject)).toHaveLength(12);
    }
  });

  test("a fit that is cancelled in its midst ends, and nothing of it goes on", async () => {
    const stage = make(subject);
    if (stage.fit === undefined || subject.cancel !== undefined) return;
    const controller = new AbortController();
    const context = spark().sparkContext;
    const listener = { onJobStart: () => controller.abort() };
    context.addSparkListener(listener);
    try {
      await expect(stage.fit(frame(rows(12)), undefined, { signal: controller.signal })).rejects.toThrow(/cancel|abort/i);
    } finally {
      context.removeSparkListener(listener);
    }
    const { statusTracker } = context;
    await untilPasses(() => expect(statusTracker.getActiveJobIds()).toEqual([]));
  });

  test("empty data: a fit says so or learns nothing, a transform gives no rows", async () => {
    const empty = frame(rows(4)).limit(0);
    const stage = make(subject);
    if (stage.fit !== undefined)
      await stage.fit(empty).then(null, (error: Error) => expect(error.message).toMatch(/empty|no word|no value|rows|has no/));
    expect(await output((await learned()).model, empty, subject)).toEqual([]);
  });

  test("one row", async () => {
    const { stage, model } = await learned();
    const df = frame(rows(1));
    if (subject.oneRow !== undefined) await expect(stage.fit!(df)).rejects.toThrow(/at least 2/);
    expect(await output(model, df, subject)).toHaveLength(1);
  });

  test("null in a column that it reads is an error of the data, or what the class says", async () => {
    const { model } = await learned();
    const [column] = subject.reads;
    const at = FIELDS.findIndex(([name]) => name === column);
    const holes = frame(rows(3).map((row, i) => (i === 1 ? row.map((value, j) => (j === at ? null : value)) : row)));
    const run = output(model, holes, subject);
    if (subject.nulls === undefined) await expect(run).rejects.toThrow(/null/i);
    else expect(await run).toHaveLength(3);
  });
});
