/** Ctrl-C while nothing of a line runs: while it is read, and between its value and the showing of it. */
import { Cancelled } from "../../../src/cli/shell/running-cell";
import { type EnginePort, ShellSession } from "../../../src/cli/shell/session";

const engine: EnginePort = {
  noteProgramText: () => undefined,
  noteImported: () => undefined,
  runTagged: (_, body) => body(),
  cancelJobs: () => 0,
  registerLoader: () => undefined,
};

test("a line that is cancelled while it is read does not run, nor is anything of it shown; the next one is its own", async () => {
  const session = new ShellSession(__dirname, engine, () => Promise.resolve());
  session.beginLine();
  const reading = session.prepare("ran = 1", "last");
  session.cancel();
  await expect(session.run(await reading)).rejects.toThrow(Cancelled);
  expect(session.scope["ran"]).toBeUndefined();
  await expect(session.guard(() => Promise.resolve("shown"))).rejects.toThrow(Cancelled);
  session.beginLine();
  expect(await session.guard(() => Promise.resolve("shown"))).toBe("shown");
});
