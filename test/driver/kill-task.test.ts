/** sc.killTaskAttempt */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

test("an attempt that runs is killed, and its task runs again; of one that has ended or never was it says so", async () => {
  const program = `
    import { SparkContext, TaskContext } from "firesteel";
    await using sc = new SparkContext();
    const unknown = [sc.killTaskAttempt(0), sc.killTaskAttempt(12_345), sc.killTaskAttempt(-1)];
    const started = new Promise<number>((resolve) =>
      sc.addSparkListener({ onTaskStart: (event) => resolve(event.taskInfo.taskId) }),
    );
    const attempts = sc.range(0, 1, 1, 1).map(() => {
      const attempt = TaskContext.get()!.attemptNumber();
      while (attempt === 0);
      return attempt;
    }).collect();
    const taskId = await started;
    const running = sc.killTaskAttempt(taskId);
    const ran = await attempts;
    console.log(JSON.stringify({ unknown, running, ran, ended: sc.killTaskAttempt(taskId) }));
  `;
  const result = await submit(directory, "kill-task.ts", program, { master: "local[1]" });
  expect(await resultOf(Promise.resolve(result))).toEqual({
    unknown: [false, false, false],
    running: true,
    ran: [1],
    ended: false,
  });
  expect(result.stderr).toContain("could not kill task 12345: no task with that id runs");
});
