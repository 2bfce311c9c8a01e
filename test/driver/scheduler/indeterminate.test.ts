import { fetchFailed, Harness } from "./support/harness";
import { LineageBuilder, shuffleIdsOf } from "./support/lineage";
import type { LineageNode } from "../../../src/rdd/lineage";

/** A source of two partitions (stage 0), a repartition after that shuffle (stage 1), and a result (stage 2), one task at a time on each executor. */
function repartitioned(): {
  h: Harness;
  l: LineageBuilder;
  result: LineageNode;
  shuffleId: number;
} {
  const h = new Harness();
  const l = new LineageBuilder();
  h.executor("1", 1);
  h.executor("2", 1);
  const result = l.shuffle(2, l.shuffleWith(2, { orderSensitive: true }, l.source(2)));
  return { h, l, result, shuffleId: shuffleIdsOf(result)[0]! };
}

const stages = (h: Harness): number[] => h.tasks().map(({ stageId }) => stageId);

describe("Stages with indeterminate output", () => {
  test("levels: behind a shuffle records are unordered, and what depends on their order is indeterminate", () => {
    const l = new LineageBuilder();
    const source = l.source(2);
    const unordered = l.shuffle(2, source);
    const indeterminate = l.map(unordered, { orderSensitive: true });
    const levels = [source, l.map(source, { orderSensitive: true }), unordered, l.map(unordered), indeterminate];
    expect(levels.map(({ determinism }) => determinism)).toEqual([
      "determinate",
      "determinate",
      "unordered",
      "unordered",
      "indeterminate",
    ]);
    expect(l.shuffle(2, indeterminate, source).determinism).toBe("indeterminate");
  });

  test("run whole when one output is lost, and the stage that has read them starts over", () => {
    const { h, result, shuffleId } = repartitioned();
    h.submit(result);
    h.finishAll(0);
    h.finishAll(1);
    expect(stages(h)).toEqual([2, 2]);
    const [first, second] = h.tasks();
    h.finish(first, fetchFailed(shuffleId, 0, "1", { unreachable: false }));
    expect(h.killed.get(second!.taskId)).toContain("Rolled back");
    // It reads what is gone: its result does not count.
    h.finish(second);
    expect(h.results.size).toBe(0);
    h.tick(1000);
    expect(stages(h)).toEqual([1, 1]);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
    expect(h.results.get(0)!.size).toBe(2);
  });

  test("a job that has given a part of its results fails in Spark's words", () => {
    const { h, result, shuffleId } = repartitioned();
    h.submit(result);
    h.finishAll(0);
    h.finishAll(1);
    const [first, second] = h.tasks();
    h.finish(first);
    h.finish(second, fetchFailed(shuffleId, 0, "1", { unreachable: false }));
    expect(h.failed.get(0)).toEqual({
      kind: "indeterminate",
      stageId: 2,
      message:
        "Job aborted due to stage failure: A shuffle map stage with indeterminate output was failed and retried. However, firesteel cannot rollback the " +
        "ResultStage 2 (collect at test.ts:1:1) to re-process the input data, and has to fail this job. Please eliminate the indeterminacy by " +
        "checkpointing the RDD before repartition and try again.",
    });
  });

  test("where nothing depends on order only what is lost runs again", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 1);
    h.executor("2", 1);
    const result = l.shuffle(2, l.shuffle(2, l.source(2)));
    h.submit(result);
    h.finishAll(0);
    h.finishAll(1);
    const [first, second] = h.tasks();
    h.finish(first);
    h.finish(second, fetchFailed(shuffleIdsOf(result)[0]!, 0, "1", { unreachable: false }));
    h.tick(1000);
    expect(h.tasks(1)).toHaveLength(1);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("outputs of an earlier job are made again when their input was", () => {
    const { h, l, result, shuffleId } = repartitioned();
    const further = l.shuffle(1, result);
    h.submitShuffle(further);
    h.finishAll();
    // Another job, in which the stage of those outputs is not, has the repartition run again.
    h.submit(result);
    h.finish(h.tasks()[0], fetchFailed(shuffleId, 0, h.scheduler.mapOutputs.executorOf(shuffleId, 0)!, { unreachable: false }));
    h.tick(1000);
    h.finishAll();
    expect(h.succeeded).toEqual([0, 1]);
    expect(h.scheduler.mapOutputs.isComplete(shuffleIdsOf(further)[0]!)).toBe(true);
    h.submit(further);
    expect(h.tasks().map(({ partition }) => partition)).toEqual([0, 1]);
    h.finishAll();
    expect(h.succeeded).toEqual([0, 1, 2]);
  });

  test("what an old attempt left on a disk is not taken", () => {
    const { h, result, shuffleId } = repartitioned();
    h.submit(result);
    h.finishAll(0);
    h.finishAll(1);
    const lost = h.scheduler.mapOutputs.executorOf(shuffleId, 0)!;
    h.lose(lost);
    h.executor("3", 1);
    h.send({ type: "MapOutputsFound", executorId: "3", outputs: [{ shuffleId, map: 0, status: "old" }] });
    expect(h.scheduler.mapOutputs.isAvailable(shuffleId, 0)).toBe(false);
  });

  test("what a task of a failed attempt brings later is not put beside the outputs of the next", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    for (const id of ["1", "2", "3"]) h.executor(id, 1);
    const repartition = l.shuffleWith(2, { orderSensitive: true }, l.source(2));
    const result = l.shuffle(1, repartition);
    const [shuffleId] = shuffleIdsOf(result) as [number];
    h.submit(result);
    h.finishAll(0);
    const [straggler, other] = h.tasks(1);
    const [input] = shuffleIdsOf(repartition) as [number];
    h.finish(other, fetchFailed(input, 0, h.scheduler.mapOutputs.executorOf(input, 0)!, { unreachable: false }));
    h.finishAll(0);
    h.tick(1000);
    // Here the reader will run.
    h.executor("4", 2);
    for (const task of h.tasks(1)) if (task !== straggler) h.finish(task);
    const holder = h.scheduler.mapOutputs.executorOf(shuffleId, straggler!.partition)!;
    const reader = h.tasks(2)[0]!;
    expect(new Set([straggler!.executorId, holder, reader.executorId]).size).toBe(3);
    // The reader may have read by now what is lost here.
    h.lose(holder);
    h.finish(straggler);
    expect(h.scheduler.mapOutputs.isAvailable(shuffleId, straggler!.partition)).toBe(false);
  });
});
