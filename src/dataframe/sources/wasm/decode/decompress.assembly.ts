// Snappy and LZ4 blocks. Every function returns the bytes it wrote, or -1 where the input is damaged: nothing is read before
// `src` or behind `end`, and nothing is written beyond `limit`, except that copies in steps of 16 bytes may touch 32 bytes
// behind either. Callers leave as much room.

// @ts-ignore: decorator
@inline
function copy16(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
}

/** Sixteen bytes at once are right also where they overlap, as long as those that count do not. */
// @ts-ignore: decorator
@inline
function copyUpTo64(to: usize, from: usize, length: usize): void {
  copy16(to, from);
  if (length > 16) {
    copy16(to + 16, from + 16);
    if (length > 32) {
      copy16(to + 32, from + 32);
      copy16(to + 48, from + 48);
    }
  }
}

/** `length` bytes that lie `offset` back; they may overlap what is written. */
// @ts-ignore: decorator
@inline
function repeat(to: usize, offset: usize, length: usize): void {
  const from = to - offset;
  if (offset >= 16) {
    copy16(to, from);
    if (length > 16) {
      copy16(to + 16, from + 16);
      for (let i: usize = 32; i < length; i += 16) copy16(to + i, from + i);
    }
  } else if (offset == 1) {
    memory.fill(to, load<u8>(from), length);
  } else if (offset >= 8) {
    for (let i: usize = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
  } else if (offset == 4) {
    const x = i32x4.splat(load<i32>(from));
    for (let i: usize = 0; i < length; i += 16) v128.store(to + i, x);
  } else if (offset == 2) {
    const x = i16x8.splat(load<i16>(from));
    for (let i: usize = 0; i < length; i += 16) v128.store(to + i, x);
  } else {
    for (let i: usize = 0; i < length; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

/** The length that a snappy block says it has; -1 where it says none. */
export function snappyLength(src: usize, end: usize): i32 {
  let size: u32 = 0;
  let shift: u32 = 0;
  while (src < end) {
    const byte = load<u8>(src++) as u32;
    if (shift == 28 && byte > 7) return -1;
    size |= (byte & 127) << shift;
    if (byte < 128) return size as i32;
    shift += 7;
    if (shift > 28) return -1;
  }
  return -1;
}

/**
 * For each tag byte, in 32 bits: the length (7 bits, at 0), how far back a copy must at least begin so that sixteen bytes can be copied at once
 * (5 bits, at 8), and the upper bits of its offset (at 16). Literals are as copies from 16 bytes back; what has no room in a byte is never
 * far enough back. And by the kind of the tag which bits of the two bytes behind it belong to the offset.
 */
const TAGS: usize = memory.data(1024, 16);
const MASKS: usize = memory.data<u32>([0, 0xff, 0xffff, 0]);
/** What a literal has for an offset, and a distance that it is never as far as. From the start on so much is copied one by one. */
const STEP: u32 = 16;
const NEVER: u32 = 31;

for (let tag: u32 = 0; tag < 256; tag++) {
  const kind = tag & 3;
  const length: u32 = kind == 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
  const special = kind == 3 || (kind == 0 && length > 60);
  const least = special ? NEVER : length < STEP ? length : STEP;
  const offset = kind == 1 ? (tag & 0xe0) << 3 : kind == 2 ? 0 : STEP;
  store<u32>(TAGS + 4 * tag, length | (least << 8) | (offset << 16));
}

/**
 * Four bytes of a block, and which bits of them count: a literal of one byte and seven bytes from eight back. Longs of eight bytes that
 * differ in their lowest byte alone, as keys that count up do, are nothing else.
 */
const NEXT_LONG: u32 = 0x080d0000;
const NEXT_LONG_BITS: u32 = 0xffff00ff;
/** None of them is set in the tag of a literal of at most four bytes: such a literal and the copy behind it lie in eight bytes. */
const SHORT_LITERAL_BITS: usize = 0xf3;

export function snappyDecompress(src: usize, end: usize, dst: usize, limit: usize): i32 {
  while (src < end && load<u8>(src) >= 128) src++;
  src++;
  const start = dst;
  // Far from both ends nothing but the distance of copies has to be checked. Which length of offset comes next no processor can
  // foretell: both take one way.
  const safeEnd = end > 160 ? end - 160 : 0;
  const safeLimit = limit > 160 ? limit - 160 : 0;
  while (src < end) {
    let tag = load<u8>(src) as usize;
    // Whoever is far enough from the start stays so.
    if (dst - start >= NEVER) {
      while (src < safeEnd && dst < safeLimit) {
        if ((load<u32>(src) & NEXT_LONG_BITS) == NEXT_LONG) {
          // The upper bytes stay in a register: loads that span two stores which have just been made wait for both.
          const upper = load<u64>(dst - 8) & ~(<u64>0xff);
          do {
            store<u64>(dst, upper | (load<u8>(src, 1) as u64));
            dst += 8;
            src += 4;
          } while ((load<u32>(src) & NEXT_LONG_BITS) == NEXT_LONG && src < safeEnd && dst < safeLimit);
          tag = load<u8>(src) as usize;
          continue;
        }
        if ((tag & SHORT_LITERAL_BITS) == 0) {
          const literal = (tag >> 2) + 1;
          const word = load<u64>(src, 1);
          const copy = (word >> ((literal << 3) as u64)) as usize;
          const kind = copy & 3;
          if (kind != 0) {
            const entry = load<u32>(TAGS + ((copy & 0xff) << 2));
            const least = ((entry >> 8) & 31) as usize;
            const offset = ((entry >> 16) as usize) + ((copy >> 8) & (load<u32>(MASKS + (kind << 2)) as usize));
            if (offset - least > dst + literal - start - least) break;
            store<u32>(dst, word as u32);
            src += literal + kind + 2;
            dst += literal;
            tag = load<u8>(src) as usize;
            const length = (entry & 127) as usize;
            copyUpTo64(dst, dst - offset, length);
            dst += length;
            continue;
          }
        }
        if ((tag & 3) == 0) {
          const length = (tag >> 2) + 1;
          if (length > 60) break;
          copyUpTo64(dst, src + 1, length);
          src += length + 1;
          dst += length;
          tag = load<u8>(src) as usize;
          // What follows is a copy nearly always.
          if ((tag & 3) == 0) continue;
        }
        const kind = tag & 3;
        const entry = load<u32>(TAGS + (tag << 2));
        const least = ((entry >> 8) & 31) as usize;
        const offset = ((entry >> 16) as usize) + ((load<u16>(src, 1) as usize) & (load<u32>(MASKS + (kind << 2)) as usize));
        // Too near or too far: one less than nothing is more than anything.
        if (offset - least > dst - start - least) break;
        src += kind + 1;
        tag = load<u8>(src) as usize;
        const length = (entry & 127) as usize;
        copyUpTo64(dst, dst - offset, length);
        dst += length;
      }
    }
    if (src >= end) break;
    tag = load<u8>(src++) as usize;
    const kind = tag & 3;
    let length = (tag >> 2) + 1;
    if (kind == 0) {
      if (length > 60) {
        const bytes = length - 60;
        if (src + bytes > end) return -1;
        length = (load<u32>(src) & (0xffffffff >> ((32 - bytes * 8) as u32))) as usize;
        src += bytes;
        if (length >= 0x7fffffff) return -1;
        length++;
      }
      if (length > end - src || length > limit - dst) return -1;
      if (length <= 64) {
        copy16(dst, src);
        copy16(dst + 16, src + 16);
        if (length > 32) {
          copy16(dst + 32, src + 32);
          copy16(dst + 48, src + 48);
        }
      } else memory.copy(dst, src, length);
      src += length;
      dst += length;
      continue;
    }
    let offset: usize;
    if (kind == 1) {
      length = 4 + ((tag >> 2) & 7);
      offset = ((tag & 0xe0) << 3) | (load<u8>(src) as usize);
      src += 1;
    } else if (kind == 2) {
      offset = load<u16>(src) as usize;
      src += 2;
    } else {
      offset = load<u32>(src) as usize;
      src += 4;
    }
    if (src > end || offset == 0 || offset > dst - start || length > limit - dst) return -1;
    repeat(dst, offset, length);
    dst += length;
  }
  return (dst - start) as i32;
}

export function lz4Decompress(src: usize, end: usize, dst: usize, limit: usize): i32 {
  const start = dst;
  while (src < end) {
    const token = load<u8>(src++) as usize;
    let length = token >> 4;
    if (length == 15) {
      let byte: usize;
      do {
        if (src >= end) return -1;
        byte = load<u8>(src++);
        length += byte;
      } while (byte == 255);
    }
    if (length > end - src || length > limit - dst) return -1;
    if (length <= 16) copy16(dst, src);
    else memory.copy(dst, src, length);
    src += length;
    dst += length;
    if (src == end) break;
    if (src + 2 > end) return -1;
    const offset = load<u16>(src) as usize;
    src += 2;
    length = token & 15;
    if (length == 15) {
      let byte: usize;
      do {
        if (src >= end) return -1;
        byte = load<u8>(src++);
        length += byte;
      } while (byte == 255);
    }
    length += 4;
    if (offset == 0 || offset > dst - start || length > limit - dst) return -1;
    repeat(dst, offset, length);
    dst += length;
  }
  return (dst - start) as i32;
}
