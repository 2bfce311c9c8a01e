/** Where the server of a user interface listens. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { HttpServer } from "../../src/ui/server/http-server";
import { Routes } from "../../src/ui/server/routes";
import { StaticFiles } from "../../src/ui/server/static-files";

const taken: Server[] = [];
afterAll(() => {
  for (const server of taken) server.close();
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
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", note);
  const first = await take(0);
  for (let next = 1; next <= 15; next++) await take(first + next);
  const options = { host: "127.0.0.1", port: first, allowedHosts: [], files: new StaticFiles("/nowhere"), background: true };
  const versions = (): Promise<null> => Promise.resolve(null);
  const refused = new HttpServer({ ...options, portRetries: 3, versions }, new Routes());
  await expect(refused.listen()).rejects.toThrow(
    `The user interface cannot listen on 127.0.0.1:${first + 3} nor on the 3 ports before it`,
  );
  const server = new HttpServer({ ...options, portRetries: 1000, versions }, new Routes());
  expect(await server.listen()).toBeGreaterThan(first + 15);
  await server.close();
  // Warnings are told on the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  process.removeListener("warning", note);
  expect(warnings).toEqual([]);
});
