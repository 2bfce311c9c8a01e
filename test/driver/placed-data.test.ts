/**
 * Data that a program puts on executors ahead of use, as Dask's `scatter` does: broadcasts and persisted collections. The only executor that has
 * it is killed; what is asked of it afterwards is right all the same, since the driver can give it again.
 */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

/** `place` declares `read`, which uses the data in one task and gives its process and what it found, and `facts` for the answer. */
function program(place: string): string {
  return `
    import { SparkContext, StorageLevel } from "firesteel";
    await using sc = new SparkContext();
    let lost = 0;
    sc.addSparkListener({ onExecutorRemoved: () => lost++ });
    ${place}
    const [pid, first] = (await read())[0]!;
    process.kill(pid, "SIGKILL");
    while (lost === 0) { await new Promise((resolve) => setTimeout(resolve, 5)); await sc.flushListeners(); }
    const [other, second] = (await read())[0]!;
    console.log(JSON.stringify({ first, second, elsewhere: other !== pid, ...(await facts()) }));
  `;
}

test.each(["local-cluster[1,1,512]", "local-cluster[2,1,512]"])("a broadcast, on %s", async (master) => {
  // Longer than a message: executors keep it as blocks.
  const place = `
    const numbers = sc.broadcast(Float64Array.from({ length: 1_500_000 }, (_, i) => i % 1000));
    const read = () => sc.parallelize([0], 1).map(() => [process.pid, numbers.value.reduce((a, b) => a + b, 0)] as [number, number]).collect();
    const facts = async () => ({});
  `;
  const result = await resultOf(submit(directory, "broadcast.ts", program(place), { master }));
  expect(result).toEqual({ first: 749_250_000, second: 749_250_000, elsewhere: true });
});

test.each(["MEMORY_ONLY", "DISK_ONLY"])("a collection that is persisted with %s, on one executor of two", async (level) => {
  const place = `
    const made = sc.longAccumulator("made");
    const placed = sc.parallelize(Array.from({ length: 1000 }, (_, i) => ({ id: i, text: "row " + i })), 1)
      .map((row) => { made.add(1); return row; })
      .persist(StorageLevel.${level});
    const read = () => placed.mapPartitions((rows) => [[process.pid, [...rows].reduce((sum, { id, text }) => sum + id + text.length, 0)] as [number, number]]).collect();
    const facts = async () => ({ madeAgain: made.value > 1000 });
  `;
  const result = await resultOf(submit(directory, "persisted.ts", program(place), { master: "local-cluster[2,1,512]" }));
  expect(result).toMatchObject({ first: 506_390, second: 506_390, elsewhere: true });
  // What lay in memory is gone with the process; what lay on disk may be found again by the replacement.
  if (level === "MEMORY_ONLY") expect(result).toMatchObject({ madeAgain: true });
});
