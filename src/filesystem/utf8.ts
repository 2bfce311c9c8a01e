/** UTF-8 as Java decodes it, where that differs from the web's rules: in what an encoded surrogate becomes. */

/**
 * Text of UTF-8 bytes; every malformed sequence becomes U+FFFD. A byte order mark is kept. Java takes an encoded
 * surrogate (ED A0..BF xx) for one malformed sequence, the WHATWG rules of Node for three.
 */
export function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd\ufffd") && bytes.includes(0xed) ? shortenSurrogates(bytes).toString("utf8") : text;
}

/** A copy in which every encoded surrogate, whole or cut off, is the one malformed byte FF. */
function shortenSurrogates(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let at = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0xed && i + 1 < bytes.length && (bytes[i + 1]! & 0xe0) === 0xa0) {
      out[at++] = 0xff;
      i += i + 2 < bytes.length && (bytes[i + 2]! & 0xc0) === 0x80 ? 2 : 1;
    } else out[at++] = bytes[i]!;
  }
  return out.subarray(0, at);
}
