/** What people are told when a master cannot be asked, or is lost before it answers. */
import { createServer } from "node:net";
import { SubmitClient } from "../../src/cluster/program/submit-client";
import { PeerServer } from "../../src/cluster/session/peer-server";

const secret = Buffer.from("a secret of the cluster");
const request = { mainFile: "main.mjs", args: [], settings: {}, cores: 1, memoryBytes: 0, supervise: false, name: "x" };

function clientOf(port: number): SubmitClient {
  return new SubmitClient({ masters: [{ host: "127.0.0.1", port }], secret, tls: null });
}

/** A master that closes the session at the first message. */
async function forgetful(): Promise<{ port: number; close(): Promise<void> }> {
  const server = await PeerServer.open({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    tls: null,
    secret,
    handlers: { standby: () => null, message: (peer) => peer.close(), closed: () => undefined },
    refused: () => undefined,
  });
  if (server.address.kind !== "tcp") throw new Error("a TCP port");
  return { port: server.address.port, close: () => server.close() };
}

test("a master that is not there: its address, the cause in one phrase, and what to look at", async () => {
  const { port, close } = await forgetful();
  await close();
  await expect(clientOf(port).submit(request, Buffer.from("program"))).rejects.toThrow(
    `[UNREACHABLE] The master at 127.0.0.1:${port} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}. ` +
      "See that it runs there (firesteel master) and that this machine may connect to it.",
  );
});

test("somebody who ends what speaks without TLS may be a master that has it", async () => {
  const server = createServer((socket) => void socket.once("data", () => socket.destroy()));
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await expect(clientOf(port).submit(request, Buffer.from("program"))).rejects.toThrow(
    "If it has TLS, --tls-ca, --tls-cert and --tls-key are needed here, too.",
  );
  await new Promise((closed) => server.close(closed));
});

test("a master that is lost before it answers may have done what it was asked for", async () => {
  const { port, close } = await forgetful();
  const client = clientOf(port);
  await expect(client.submit(request, Buffer.from("program"))).rejects.toThrow(
    /^\[NO_ANSWER\] The master did not answer: .*\. It may have taken the driver: look at its page/,
  );
  await expect(client.kill("driver-1")).rejects.toThrow(/\[NO_ANSWER\].* It may have ended the driver: ask for its state\./);
  await close();
});

test("a master that stays a standby: that it is one, and which is active", async () => {
  const reason = "this master is a standby; the active one is at firesteel://master2:7077";
  let asked = 0;
  let askedAgain = (): void => undefined;
  const twice = new Promise<void>((resolve) => void (askedAgain = resolve));
  const server = await PeerServer.open({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    tls: null,
    secret,
    handlers: {
      standby: () => {
        if (++asked === 2) askedAgain();
        return reason;
      },
      message: () => undefined,
      closed: () => undefined,
    },
    refused: () => undefined,
  });
  if (server.address.kind !== "tcp") throw new Error("a TCP port");
  const timers = jest.spyOn(globalThis, "setTimeout");
  try {
    const status = clientOf(server.address.port).status("driver-1");
    const refused = expect(status).rejects.toThrow(
      `[STANDBY] The master at 127.0.0.1:${server.address.port} takes nothing: ${reason}.`,
    );
    // Whoever asks again has been refused before.
    await twice;
    const [tooLate] = timers.mock.calls.find(([, ms]) => ms === 30_000)!;
    tooLate();
    await refused;
  } finally {
    timers.mockRestore();
    await server.close();
  }
});
