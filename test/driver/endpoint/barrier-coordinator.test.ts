import { BarrierCoordinator } from "../../../src/driver/endpoint/barrier-coordinator";
import type { BarrierQuestion } from "../../../src/driver/endpoint/types";

const question = (partition: number, round: number, more: Partial<BarrierQuestion> = {}): BarrierQuestion => ({
  executorId: "0",
  taskSetId: 1,
  partition,
  attempt: 0,
  taskId: partition,
  round,
  kind: "allGather",
  message: `m${partition}`,
  ...more,
});

test("all get everybody's message by partition, in each round", async () => {
  const coordinator = new BarrierCoordinator(1e12);
  coordinator.open(1, 3);
  for (const round of [0, 1]) {
    let met = 0;
    const waiting = [2, 0].map((partition) => coordinator.meet(question(partition, round)).then((all) => (met++, all)));
    await Promise.resolve();
    expect(met).toBe(0);
    expect(await Promise.all([...waiting, coordinator.meet(question(1, round))])).toEqual(
      Array.from({ length: 3 }, () => ["m0", "m1", "m2"]),
    );
  }
});

test("one that ends breaks the meeting for all", async () => {
  const coordinator = new BarrierCoordinator(1e12);
  coordinator.open(1, 2);
  const waiting = coordinator.meet(question(0, 0));
  coordinator.close(1, "task 1 failed");
  await expect(waiting).rejects.toThrow("task 1 failed");
  await expect(coordinator.meet(question(1, 0))).rejects.toThrow(/over/);
});

test("different kinds of meeting are an error for all", async () => {
  const coordinator = new BarrierCoordinator(1e12);
  coordinator.open(1, 2);
  const first = coordinator.meet(question(0, 0));
  const second = coordinator.meet(question(1, 0, { kind: "barrier" }));
  await expect(first).rejects.toThrow(/barrier\(\) while another one called allGather\(\)/);
  await expect(second).rejects.toThrow(/barrier/);
});

test("waiting has an end", async () => {
  const coordinator = new BarrierCoordinator(20);
  coordinator.open(1, 2);
  await expect(coordinator.meet(question(0, 0))).rejects.toThrow(/Only 1 of 2 tasks came to allGather\(\) within 20 ms/);
});
