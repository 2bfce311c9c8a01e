/** Ways in which files go bad. Each takes bytes and random numbers, and gives bytes. */

const copy = (bytes) => Buffer.from(bytes);

function truncated(bytes, random) {
  return bytes.subarray(0, random.int(0, bytes.length));
}

function flipped(bytes, random) {
  const out = copy(bytes);
  for (let i = random.int(1, 8); i > 0 && out.length > 0; i--) out[random.int(0, out.length - 1)] ^= 1 << random.int(0, 7);
  return out;
}

/** Bytes near the end, where footers are, or at the beginning, where headers are. */
function flippedAtEdge(bytes, random) {
  const out = copy(bytes);
  const reach = Math.min(out.length, random.pick([16, 64, 512, 4096]));
  for (let i = random.int(1, 6); i > 0 && reach > 0; i--) {
    const at = random.int(0, reach - 1);
    out[random.int(0, 1) === 0 ? at : out.length - 1 - at] = random.int(0, 255);
  }
  return out;
}

/** Numbers that lengths and counts must not be. */
function extreme(bytes, random) {
  const out = copy(bytes);
  const values = [0xff, 0x7f, 0x80, 0x00, 0xfe];
  const length = Math.min(out.length, random.int(1, 9));
  const at = random.int(0, out.length - length);
  out.fill(random.pick(values), at, at + length);
  return out;
}

function zeroed(bytes, random) {
  const out = copy(bytes);
  const at = random.int(0, Math.max(0, out.length - 1));
  out.fill(0, at, Math.min(out.length, at + random.int(1, 400)));
  return out;
}

function cutOut(bytes, random) {
  const at = random.int(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random.int(1, 300)))]);
}

function inserted(bytes, random) {
  const at = random.int(0, bytes.length);
  const more = Buffer.from(Array.from({ length: random.int(1, 64) }, () => random.int(0, 255)));
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function doubled(bytes, random) {
  const at = random.int(0, bytes.length);
  const to = Math.min(bytes.length, at + random.int(1, 2000));
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
}

/** A part of one place in another. */
function moved(bytes, random) {
  const out = copy(bytes);
  const length = Math.min(out.length, random.int(1, 64));
  bytes.copy(out, random.int(0, out.length - length), random.int(0, out.length - length), bytes.length);
  return out;
}

/** Characters that text formats live by. */
function punctuated(bytes, random) {
  const out = copy(bytes);
  const marks = "\"'\\,{}[]:\n\r\t\0#-e0\u00e9".split("");
  for (let i = random.int(1, 12); i > 0 && out.length > 0; i--)
    out[random.int(0, out.length - 1)] = random.pick(marks).charCodeAt(0) & 0xff;
  return out;
}

const ANY = [truncated, flipped, flipped, flippedAtEdge, flippedAtEdge, flippedAtEdge, extreme, extreme, zeroed, cutOut, inserted, doubled, moved]; // prettier-ignore

/** One or two things that go wrong. */
export function mutated(bytes, isText, random) {
  const ways = isText ? [...ANY, punctuated, punctuated, punctuated] : ANY;
  let out = random.pick(ways)(bytes, random);
  if (random.int(0, 3) === 0) out = random.pick(ways)(out, random);
  return out;
}
