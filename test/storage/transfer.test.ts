import { mkdtempSync, openSync, closeSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../src/storage/block-address";
import { BlockServer } from "../../src/storage";
import { BlockClient } from "../../src/storage/transfer/block-client";
import { BufferReceiver, OwnMemoryReceiver } from "../../src/storage/receivers";
import type { Answer, Serve } from "../../src/storage/transfer/block-server";
import { ServeError } from "../../src/storage/transfer/block-server";
import { encodeHeader, encodeRequest } from "../../src/storage/transfer/frames";
import { until } from "../support/until";
import {
  ClientHandshake,
  MAGIC,
  CLIENT_REPLY_BYTES,
  SERVER_HELLO_BYTES,
  SERVER_PROOF_BYTES,
} from "../../src/storage/transfer/handshake";

const secret = Buffer.from("open sesame");
let directory = "";
const closers: (() => unknown)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fs-transfer-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(directory, { recursive: true, force: true });
});

const pattern = (length: number, salt = 0): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >>> 8) + salt) & 255));

async function serve(handler: Serve, at: Endpoint = { host: "127.0.0.1", port: 0 }): Promise<BlockServer> {
  const server = await BlockServer.listen(at, { secret, serve: handler });
  closers.push(() => server.close());
  return server;
}

function client(options: Partial<ConstructorParameters<typeof BlockClient>[0]> = {}): BlockClient {
  const made = new BlockClient({ secret, retryWait: 5, ...options });
  closers.push(() => made.close());
  return made;
}

/** Pieces of any length: piece n of "x" has n bytes. */
const pieces: Serve = (request): Answer => {
  if (request.type !== "piece") throw new ServeError({ message: `no ${request.type} here` });
  const bytes = pattern(request.body.piece);
  return { meta: { total: bytes.length }, parts: [{ bytes }] };
};

async function piece(from: BlockClient, endpoint: Endpoint, length: number): Promise<Buffer> {
  const receiver = new OwnMemoryReceiver(1e9);
  await from.request(endpoint, "piece", { id: "x", piece: length }, receiver, length);
  return Buffer.from(receiver.bytes);
}

/** A socket that has passed the handshake, for sending what no client would send. */
async function authenticated(endpoint: Endpoint): Promise<Socket> {
  const socket = connect(endpoint as { port: number; host: string });
  closers.push(() => socket.destroy());
  const read = async (length: number): Promise<Buffer> => {
    for (;;) {
      const bytes = socket.read(length) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise((resolve) => socket.once("readable", resolve));
    }
  };
  const handshake = new ClientHandshake(secret);
  socket.write(MAGIC);
  socket.write(handshake.reply(await read(SERVER_HELLO_BYTES))!);
  expect(handshake.accepts(await read(SERVER_PROOF_BYTES))).toBe(true);
  return socket;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });

describe("block transfer", () => {
  test.each([
    ["TCP", false],
    ["a Unix socket", true],
  ])("answers of all lengths over %s, many at a time", async (_name, unix) => {
    const server = await serve(pieces, unix ? { path: join(directory, "s") } : undefined);
    const fetcher = client();
    const lengths = [0, 1, 11, 12, 13, 4096, 65_535, 65_536, 65_537, 100_000, 1 << 20, 3_000_001, 5, 0, 7];
    const got = await Promise.all(lengths.map((length) => piece(fetcher, server.endpoint, length)));
    lengths.forEach((length, i) => expect(got[i]!.equals(pattern(length))).toBe(true));
  });

  test("parts of files and memory arrive in order, in the memory that the receiver names", async () => {
    const path = join(directory, "file");
    const content = pattern(5_000_000);
    writeFileSync(path, content);
    const fd = openSync(path, "r");
    closers.push(() => closeSync(fd));
    let released = 0;
    const server = await serve(() => ({
      meta: { total: 10 + 4_000_000 + 30 + 70_000 + 5 },
      parts: [
        { fd, position: 3, length: 10 },
        { fd, position: 100, length: 4_000_000 },
        { fd, position: 7, length: 30 },
        { fd, position: 0, length: 70_000 },
        { bytes: pattern(5) },
      ],
      release: () => void released++,
    }));
    const shared = new Uint8Array(new SharedArrayBuffer(4_070_045 + 16));
    const into = shared.subarray(8, 8 + 4_070_045);
    await client().request(server.endpoint, "piece", { id: "x", piece: 0 }, new BufferReceiver(into));
    const expected = Buffer.concat([
      content.subarray(3, 13),
      content.subarray(100, 4_000_100),
      content.subarray(7, 37),
      content.subarray(0, 70_000),
      pattern(5),
    ]);
    expect(Buffer.from(into).equals(expected)).toBe(true);
    expect(shared[7]! + shared[shared.length - 8]!).toBe(0);
    expect(released).toBe(1);
  });

  test("an error of the server reaches the caller, and the connection goes on", async () => {
    const server = await serve((request) => {
      if (request.type === "segments") throw new ServeError({ message: "not here", map: 3, reduce: 4 });
      return pieces(request);
    });
    const fetcher = client();
    const request = fetcher.request(
      server.endpoint,
      "segments",
      { shuffleId: 1, maps: Int32Array.of(3), reduces: Int32Array.of(4) },
      new OwnMemoryReceiver(10),
    );
    await expect(request).rejects.toMatchObject({ name: "RemoteError", body: { message: "not here", map: 3, reduce: 4 } });
    expect((await piece(fetcher, server.endpoint, 50)).length).toBe(50);
  });

  test("a list of segments crosses whole", async () => {
    const seen: unknown[] = [];
    const server = await serve((request) => {
      seen.push(request);
      return { meta: { total: 0 }, parts: [] };
    });
    const maps = Int32Array.from({ length: 1000 }, (_, i) => i);
    const reduces = maps.map((map) => map * 3);
    await client().request(server.endpoint, "segments", { shuffleId: 77, maps, reduces }, new OwnMemoryReceiver(0));
    expect(seen).toEqual([{ type: "segments", body: { shuffleId: 77, maps, reduces } }]);
  });

  test("a caller with another secret gets nothing, and is told why", async () => {
    let served = 0;
    const server = await serve(() => {
      served++;
      return { meta: { total: 0 }, parts: [] };
    });
    await expect(piece(client({ secret: Buffer.from("wrong"), maxRetries: 0 }), server.endpoint, 1)).rejects.toThrow(
      /refused the application's secret/,
    );
    expect(served).toBe(0);
    expect(server.refused).toBe(1);
    // One that sends a request instead of a proof, one that says nothing and leaves, one that replays.
    const socket = connect(server.endpoint as { port: number; host: string });
    socket.write(Buffer.concat([MAGIC, encodeRequest("piece", 1, { id: "x", piece: 1 }), Buffer.alloc(CLIENT_REPLY_BYTES)]));
    await closed(socket);
    expect(served).toBe(0);
    expect(server.refused).toBe(2);
  });

  test("a server that does not know the secret is not believed", async () => {
    const impostor = createServer((socket) => {
      socket.write(Buffer.concat([Buffer.from("FSB1"), Buffer.alloc(32)]));
      socket.on("data", () => socket.write(Buffer.alloc(SERVER_PROOF_BYTES)));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
    closers.push(() => impostor.close());
    const { port } = impostor.address() as { port: number };
    await expect(piece(client({ maxRetries: 0 }), { host: "127.0.0.1", port }, 1)).rejects.toThrow(
      /does not know the application's secret/,
    );
  });

  test.each([
    ["a body above the limit", encodeHeader(2 ** 20 + 1, 1, 3)],
    ["the largest length there is", encodeHeader(2 ** 32 - 1, 1, 3)],
    ["an unknown type", encodeHeader(0, 1, 99)],
    ["type 0", encodeHeader(0, 1, 0)],
    ["a body that is no JSON", Buffer.concat([encodeHeader(3, 1, 1), Buffer.from("{{{")])],
    ["a body that is no object", Buffer.concat([encodeHeader(4, 1, 1), Buffer.from("null")])],
    ["a list of segments of odd length", Buffer.concat([encodeHeader(9, 1, 2), Buffer.alloc(9)])],
  ])("%s closes the connection", async (_name, bytes) => {
    const server = await serve(pieces);
    const socket = await authenticated(server.endpoint);
    const end = closed(socket);
    socket.write(bytes);
    await end;
    expect(server.refused).toBe(1);
    expect((await piece(client(), server.endpoint, 9)).length).toBe(9);
  });

  test("a request whose answer is not what was asked for fails without another try", async () => {
    const server = await serve(pieces);
    await expect(
      client().request(server.endpoint, "piece", { id: "x", piece: 100 }, new BufferReceiver(new Uint8Array(99))),
    ).rejects.toThrow(/UNEXPECTED_ANSWER.*99 bytes were expected and 100 offered/);
  });

  test("a connection that breaks in the middle of an answer is tried again from the start", async () => {
    const path = join(directory, "short");
    writeFileSync(path, pattern(300_000));
    const fd = openSync(path, "r");
    closers.push(() => closeSync(fd));
    let tries = 0;
    const server = await serve(() => {
      tries++;
      return {
        meta: { total: 500_000 },
        parts: tries < 3 ? [{ fd, position: 0, length: 500_000 }] : [{ bytes: pattern(500_000) }],
      };
    });
    const receiver = new OwnMemoryReceiver(1e6);
    await client().request(server.endpoint, "piece", { id: "x", piece: 0 }, receiver);
    expect(tries).toBe(3);
    expect(Buffer.from(receiver.bytes).equals(pattern(500_000))).toBe(true);
  });

  test("an unreachable server: so many tries, then an error that names it", async () => {
    const server = await serve(pieces);
    const { endpoint } = server;
    await server.close();
    const pauses = jest.spyOn(globalThis, "setTimeout");
    await expect(piece(client({ maxRetries: 2, retryWait: 31 }), endpoint, 1)).rejects.toThrow(
      /BLOCK_SERVER_UNREACHABLE.*127\.0\.0\.1:\d+ did not answer after 3 tries/,
    );
    expect(pauses.mock.calls.filter(([, ms]) => ms === 31)).toHaveLength(2);
    pauses.mockRestore();
    // A Unix socket without its process stays without one.
    await expect(piece(client({ retryWait: 30_000 }), { path: join(directory, "nobody") }, 1)).rejects.toThrow(
      /nobody did not answer after 1 try:/,
    );
  });

  test("a server that falls silent is given up after the timeout", async () => {
    const server = await serve((request) => (request.type === "locate" ? new Promise<Answer>(() => undefined) : pieces(request)));
    const fetcher = client({ timeout: 400, maxRetries: 0 });
    await expect(fetcher.call(server.endpoint, "locate", { id: "x" })).rejects.toThrow(/silent for 400 ms/);
    // A busy machine may be silent for as long.
    const answered = (): Promise<boolean> =>
      piece(fetcher, server.endpoint, 3).then(
        ({ length }) => length === 3,
        () => false,
      );
    await until(answered, "an answer to the same client");
  });

  test("no more bytes are asked for at a time than the limit, and a longer answer goes alone", async () => {
    let underWay = 0;
    const seen: number[] = [];
    const waiting: (() => void)[] = [];
    const held: Serve = async (request) => {
      const length = request.type === "piece" ? request.body.piece : 0;
      underWay += length;
      seen.push(underWay);
      await new Promise<void>((resolve) => void waiting.push(resolve));
      underWay -= length;
      return pieces(request);
    };
    const lengths = [600, 300, 200, 5000, 100];
    const servers = await Promise.all(lengths.map(() => serve(held)));
    const fetcher = client({ maxBytesInFlight: 1000 });
    let all = false;
    const fetched = Promise.all(lengths.map((length, i) => piece(fetcher, servers[i]!.endpoint, length))).then(
      () => (all = true),
    );
    await until(() => waiting.length === 2, "the first two, which go together");
    expect(seen[1]).toBe(900);
    await until(() => {
      waiting.shift()?.();
      return all;
    }, "the others");
    await fetched;
    expect(seen.filter((bytes) => bytes > 1000)).toEqual([5000]);
  });

  test("a receiver that reads slowly holds the sender back", async () => {
    let made = 0;
    const server = await serve(() => ({
      meta: { total: 200 * 2 ** 20 },
      parts: Array.from({ length: 200 }, () => ({
        get bytes() {
          made++;
          return new Uint8Array(2 ** 20);
        },
      })),
    }));
    const socket = await authenticated(server.endpoint);
    socket.pause();
    socket.write(encodeRequest("piece", 1, { id: "x", piece: 0 }));
    await until(() => made > 0, "the first part");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(made).toBeLessThan(100);
  });

  test("a taken place is an error that names it", async () => {
    const server = await serve(pieces);
    await expect(BlockServer.listen(server.endpoint, { secret, serve: pieces })).rejects.toThrow(
      /CANNOT_LISTEN.*127\.0\.0\.1:\d+/,
    );
  });
});
