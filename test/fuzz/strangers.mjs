/** What strangers send to a port: garbage, and almost the right thing. Drawn from the random numbers given. */

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const PATHS = ["/firesteel.Driver/Session", "/firesteel.Master/Session", "/firesteel.Driver/Other", "/"];
const PAGES = [
  "/",
  "/api/v1/applications",
  "/metrics/prometheus",
  "/health",
  "/api/v1/../../../../etc/passwd",
  "/static/%2e%2e%2f%2e%2e%2fpackage.json",
];

function frame(type, flags, stream, payload, length = payload.length) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** Header fields of a gRPC call, in HPACK's plainest form. */
function callHeaders(path) {
  const field = (name, value) => {
    const text = (string) => Buffer.concat([Buffer.from([string.length]), Buffer.from(string, "latin1")]);
    return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
  };
  return Buffer.concat([
    field(":method", "POST"),
    field(":scheme", "http"),
    field(":path", path),
    field(":authority", "a"),
    field("content-type", "application/grpc"),
    field("te", "trailers"),
  ]);
}

function grpcMessage(body, length = body.length, compressed = 0) {
  const head = Buffer.alloc(5);
  head[0] = compressed;
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, body]);
}

/** Kinds of what is written to a socket at once, by name; each gets the generator. */
export const WRITINGS = {
  noise: (r) => r.bytes(r.int(0, 3000)),
  "a preface and noise": (r) => Buffer.concat([PREFACE, r.bytes(r.int(0, 2000))]),
  "HTTP/2 frames of any kind": (r) => {
    const frames = Array.from({ length: r.int(1, 8) }, () =>
      frame(r.int(0, 12), r.int(0, 255), r.int(0, 9), r.bytes(r.int(0, 300)), r.next() < 0.2 ? r.int(0, 2 ** 24 - 1) : undefined),
    );
    return Buffer.concat([PREFACE, SETTINGS, ...frames]);
  },
  "a call and its messages": (r) => {
    const body = grpcMessage(r.bytes(r.int(0, 500)), r.next() < 0.5 ? undefined : r.int(0, 2 ** 32 - 1), r.int(0, 1));
    return Buffer.concat([PREFACE, SETTINGS, frame(1, 4, 1, callHeaders(r.pick(PATHS))), frame(0, r.int(0, 1), 1, body)]);
  },
  "a call with one byte changed": (r) => {
    const call = Buffer.concat([
      PREFACE,
      SETTINGS,
      frame(1, 4, 1, callHeaders(r.pick(PATHS))),
      frame(0, 0, 1, grpcMessage(r.bytes(100))),
      frame(8, 0, 0, Buffer.from([0, 0, 255, 255])),
    ]);
    call[r.int(0, call.length - 1)] ^= 1 << r.int(0, 7);
    return call;
  },
  "a call cut short": (r) => {
    const call = Buffer.concat([
      PREFACE,
      SETTINGS,
      frame(1, 4, 1, callHeaders(r.pick(PATHS))),
      frame(0, 0, 1, grpcMessage(r.bytes(200))),
    ]);
    return call.subarray(0, r.int(1, call.length));
  },
  "a long message": (r) => {
    const parts = Array.from({ length: 4 }, () => frame(0, 0, 1, Buffer.alloc(16_000, r.int(0, 255))));
    return Buffer.concat([
      PREFACE,
      SETTINGS,
      frame(1, 4, 1, callHeaders(r.pick(PATHS))),
      frame(0, 0, 1, grpcMessage(Buffer.alloc(0), 2 ** 31)),
      ...parts,
    ]);
  },
  "many streams": (r) => {
    const calls = Array.from({ length: r.int(10, 100) }, (_, i) => frame(1, 4, 2 * i + 1, callHeaders(r.pick(PATHS))));
    const resets = r.next() < 0.5 ? calls.map((_, i) => frame(3, 0, 2 * i + 1, Buffer.from([0, 0, 0, 8]))) : [];
    return Buffer.concat([PREFACE, SETTINGS, ...calls.flatMap((call, i) => [call, ...(resets[i] ? [resets[i]] : [])])]);
  },
  "headers without an end": (r) => {
    const more = Array.from({ length: r.int(1, 60) }, () => frame(9, 0, 1, r.bytes(r.int(0, 1000))));
    return Buffer.concat([PREFACE, SETTINGS, frame(1, 0, 1, callHeaders(r.pick(PATHS))), ...more]);
  },
  "a greeting for blocks": (r) =>
    Buffer.concat([Buffer.from("FSB1"), r.bytes(r.int(0, 64)), r.next() < 0.5 ? r.bytes(r.int(0, 5000)) : Buffer.alloc(0)]),
  "a TLS greeting": (r) =>
    Buffer.concat([Buffer.from([22, 3, r.int(0, 4), r.int(0, 255), r.int(0, 255)]), r.bytes(r.int(0, 600))]),
  "a page": (r) =>
    Buffer.from(
      `GET ${r.pick(PAGES)} HTTP/1.1\r\nHost: ${r.pick(["127.0.0.1", "localhost", "evil.example", "a".repeat(300)])}\r\nConnection: close\r\n\r\n`,
    ),
  "a page that is none": (r) =>
    Buffer.from(
      `${r.pick(["GET", "POST", "PUT", "XYZ", "GET".repeat(50)])} /${r.bytes(r.int(0, 400)).toString("latin1")} HTTP/${r.pick(["1.1", "1.0", "9.9"])}\r\n\r\n`,
      "latin1",
    ),
  "a long head": (r) =>
    Buffer.from(`GET /${"x".repeat(r.int(0, 20_000))} HTTP/1.1\r\nHost: 127.0.0.1\r\n${"A: b\r\n".repeat(r.int(0, 3000))}\r\n`),
  "a websocket": (r) =>
    Buffer.concat([
      Buffer.from(
        `GET ${r.pick(["/eventstream", "/", "/api/v1/applications"])} HTTP/1.1\r\nHost: ${r.pick(["127.0.0.1", "evil.example"])}\r\nConnection: Upgrade\r\n` +
          `Upgrade: ${r.pick(["websocket", "websocket", "h2c", "x"])}\r\nSec-WebSocket-Version: ${r.pick(["13", "13", "7"])}\r\n` +
          `Sec-WebSocket-Key: ${r.pick(["AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAA==", "short"])}\r\n\r\n`,
      ),
      // Frames: of any kind, masked or not, of any length.
      ...Array.from({ length: r.int(0, 4) }, () =>
        Buffer.concat([Buffer.from([r.pick([0x81, 0x82, 0x88, 0x89, 0x01, 0xff]), r.int(0, 255)]), r.bytes(r.int(0, 300))]),
      ),
    ]),
  "a request to change something": (r) =>
    Buffer.from(
      `POST ${r.pick(["/jobs/job/kill/?id=0", "/stages/stage/kill/?id=0", "/app/kill/?id=app-1", "/driver/kill/?id=driver-1", "/api/firesteel/kill", "/api/v1/retire_workers"])} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
        `Content-Length: ${r.pick(["0", "5", "99999999999", "-1"])}\r\nTransfer-Encoding: ${r.pick(["identity", "chunked"])}\r\n\r\nffffffff\r\n`,
    ),
};

/** Data frames in what an HTTP/2 server sent; 0 when it sent something else. */
export function dataFrames(bytes) {
  let found = 0;
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3);
    if (bytes[at + 3] === 0 && length > 0) found++;
    at += 9 + length;
  }
  return found;
}
