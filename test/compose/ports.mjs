/**
 * Ports for Docker to publish. Not those that the kernel hands out: between the moment when such a port is found free and the one when it is
 * bound, any connection of this machine may be given it, and asking twice may give it twice.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** What a daemon says where somebody else has the port. */
export const PORT_TAKEN = /port is already allocated|address already in use|ports are not available/i;

const LOWEST = 15_000;

function kernelsOwn() {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/).map(Number);
  } catch {
    return [32_768, 60_999];
  }
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(true)));
  });

/** `count` different ports that nobody listens on now. */
export async function publishablePorts(count) {
  const [first, last] = kernelsOwn();
  const possible = [];
  for (let port = LOWEST; port <= 65_535; port++) if (port < first || port > last) possible.push(port);
  const found = [];
  while (found.length < count) {
    if (possible.length === 0) throw new Error("no port outside of the kernel's own range is free");
    const [port] = possible.splice(Math.floor(Math.random() * possible.length), 1);
    if (await isFree(port)) found.push(port);
  }
  return found;
}
