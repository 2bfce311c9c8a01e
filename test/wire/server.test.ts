/** Callers that would end a process that serves gRPC. */
import { connect } from "node:net";
import { grpcServer } from "../../src/wire/server";
import { Port } from "../../src/wire/port";
import { openChannel } from "../../src/wire/channel";
import { passBytes, wire } from "../../src/wire/wire";

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HTTP/2's preface, the headers of a call, and its reset, all at once. */
function callAndReset(path: string, contentType: string): Buffer {
  const text = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const fields = [":method", "POST", ":scheme", "http", ":path", path, ":authority", "a", "content-type", contentType];
  const pairs = fields.flatMap((field, i) => [...(i % 2 === 0 ? [Buffer.from([0])] : []), text(Buffer.from(field, "latin1"))]);
  return Buffer.concat([
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, 4, 1, Buffer.concat(pairs)),
    frame(3, 0, 1, Buffer.from([0, 0, 0, 8])),
  ]);
}

test("a call that was reset before its answer ends nothing", async () => {
  const server = grpcServer();
  const bytes = {
    requestSerialize: passBytes,
    requestDeserialize: passBytes,
    responseSerialize: passBytes,
    responseDeserialize: passBytes,
  };
  server.addService(
    { Echo: { path: "/test/Echo", requestStream: false, responseStream: false, ...bytes } },
    { Echo: (call: { request: Buffer }, done: (error: null, answer: Buffer) => void) => done(null, call.request) },
  );
  const injector = server.createConnectionInjector(wire().ServerCredentials.createInsecure());
  const grpc = (socket: import("node:net").Socket): void => injector.injectConnection(socket);
  const port = await Port.open({ kind: "tcp", host: "127.0.0.1", port: 0 }, { tls: null, background: true, grpc });
  const { address } = port;
  if (address.kind !== "tcp") throw new Error("a TCP port");
  for (const [path, type] of [
    ["/unknown", "application/grpc"],
    ["/test/Echo", "text/plain"],
    ["/\u00ff\u00fe", "application/grpc"],
  ] as const)
    await new Promise<void>((done) => {
      const socket = connect(address.port, "127.0.0.1", () => socket.write(callAndReset(path, type)));
      socket.on("data", () => undefined).on("error", () => undefined);
      setTimeout(() => socket.destroy(), 100);
      socket.on("close", () => done());
    });
  const client = openChannel(`127.0.0.1:${address.port}`, null);
  const answer = await new Promise<Buffer | undefined>((done, failed) =>
    client.makeUnaryRequest("/test/Echo", passBytes, passBytes, Buffer.from("there"), (error, bytes) =>
      error === null ? done(bytes) : failed(error),
    ),
  );
  expect(String(answer)).toBe("there");
  client.close();
  server.forceShutdown();
  port.close();
});
