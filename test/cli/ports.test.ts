/** The dashboard's port is the first that is free. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { Workplace } from "./support/command";

const place = new Workplace();
const taken: Server[] = [];
afterAll(() => {
  for (const server of taken) server.close();
  place.remove();
});

/** Somebody listens there afterwards, we or another. */
async function take(port: number): Promise<number> {
  const server = createServer();
  taken.push(server);
  server.listen({ host: "127.0.0.1", port });
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return port;
  }
  return (server.address() as AddressInfo).port;
}

test("many taken ports are passed over without a word", async () => {
  const first = await take(0);
  for (let next = 1; next <= 15; next++) await take(first + next);
  const program = place.write({
    "pages.ts": `
      import { SparkContext } from "firesteel";
      await using sc = new SparkContext();
      const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      const job = sc.range(0, 1).foreach(async () => pause(600_000)).catch(() => undefined);
      while (sc.uiWebUrl === undefined) await pause(20);
      sc.cancelAllJobs();
      await job;
      console.log(new URL(sc.uiWebUrl).port);
    `,
  });
  const ports = ["--conf", `spark.ui.port=${first}`, "--conf", "spark.port.maxRetries=1000"];
  const { code, stdout, stderr } = await place.submit([...ports, program]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(Number(stdout)).toBeGreaterThan(first + 15);
});
