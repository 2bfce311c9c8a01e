import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect, createServer } from "node:net";
import { hostIo } from "../../src/executor/process/host-io";
import { until } from "../support/until";

test("open files and the bytes that networks move are counted", async () => {
  const openedByThree = (): number => {
    const { openFiles } = hostIo();
    const files = [1, 2, 3].map(() => openSync(__filename, "r"));
    const opened = hostIo().openFiles - openFiles;
    files.forEach(closeSync);
    return opened;
  };
  // Threads of Node's may open and close some meanwhile.
  await until(() => openedByThree() === 3, "a count of what was opened here alone");

  const before = hostIo();
  const bytes = 2 ** 20;
  const server = createServer((socket) => socket.end(Buffer.alloc(bytes))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
  const got = await socket.toArray();
  server.close();
  expect(Buffer.concat(got as Buffer[])).toHaveLength(bytes);
  const after = hostIo();
  // By the loopback interface, which is one of them.
  expect(after.netReceivedBytes - before.netReceivedBytes).toBeGreaterThanOrEqual(bytes);
  expect(after.netSentBytes - before.netSentBytes).toBeGreaterThanOrEqual(bytes);
  expect(after.diskReadBytes).toBeGreaterThanOrEqual(before.diskReadBytes);
  expect(after.diskWrittenBytes).toBeGreaterThanOrEqual(before.diskWrittenBytes);
});
