/**
 * Where the frames of a zstd file end, found from their headers without decompressing (RFC 8878, section 3). Node's
 * decoder stops behind the first frame without a word; files of parallel compressors have many.
 */

const MAGIC = 0xfd2fb528;
/** 0x184D2A50 to 0x184D2A5F begin frames that decoders pass over. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Bytes of the fields that must be known to go on. */
const FIELD_BYTES = { magic: 4, skippableLength: 4, descriptor: 1, blockHeader: 3 } as const;

const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

export class ZstdFrames {
  #state: keyof typeof FIELD_BYTES | "end" = "magic";
  /** The field being read, little-endian, and how many of its bytes are there. */
  #field = 0;
  #fieldBytes = 0;
  /** Bytes before the next field. */
  #skip = 0;
  #checksumBytes = 0;
  #skippable = false;

  /** Takes bytes from `from` on, up to the end of the frame or of `bytes`; where it stopped. Throws when they are no frame. */
  take(bytes: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      at += skipped;
      this.#skip -= skipped;
      if (this.#state === "end" && this.#skip === 0) {
        this.#state = "magic";
        return at;
      }
      if (at === bytes.length) return at;
      if (this.#state === "end") continue;
      this.#field += bytes[at++]! * 2 ** (8 * this.#fieldBytes++);
      if (this.#fieldBytes < FIELD_BYTES[this.#state]) continue;
      this.#state = this.#after(this.#state, this.#field);
      this.#field = 0;
      this.#fieldBytes = 0;
    }
  }

  /** Whether all bytes so far are whole frames. */
  get complete(): boolean {
    return this.#state === "magic" && this.#fieldBytes === 0;
  }

  /** Whether the frame that take() last saw holds no data. */
  get skippable(): boolean {
    return this.#skippable;
  }

  #after(state: keyof typeof FIELD_BYTES, field: number): keyof typeof FIELD_BYTES | "end" {
    switch (state) {
      case "magic":
        this.#skippable = field - (field % 16) === SKIPPABLE_MAGIC;
        if (!this.#skippable && field !== MAGIC) throw new Error("bytes that are no zstd frame");
        return this.#skippable ? "skippableLength" : "descriptor";
      case "skippableLength":
        this.#skip = field;
        return "end";
      case "descriptor": {
        const singleSegment = (field >> 5) & 1;
        const contentSize = field >> 6 === 0 ? singleSegment : CONTENT_SIZE_BYTES[field >> 6]!;
        this.#checksumBytes = field & 4;
        this.#skip = 1 - singleSegment + DICTIONARY_ID_BYTES[field & 3]! + contentSize;
        return "blockHeader";
      }
      case "blockHeader": {
        const last = (field & 1) === 1;
        // A run-length block is one byte, whatever its size says.
        this.#skip = ((field >> 1) & 3) === 1 ? 1 : field >> 3;
        if (last) this.#skip += this.#checksumBytes;
        return last ? "end" : "blockHeader";
      }
    }
  }
}
