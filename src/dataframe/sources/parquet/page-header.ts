/** The header of a page of a Parquet column. */
import { Encoding } from "./metadata";
import { type ThriftReader, ThriftType } from "./thrift";

/** One object, filled again for each page. */
export class PageHeader {
  type = 0;
  uncompressedSize = 0;
  compressedSize = 0;
  values = 0;
  encoding = 0;
  definitionEncoding = 0;
  repetitionEncoding = 0;
  /** Data pages of version 2. */
  nulls = 0;
  rows = 0;
  definitionBytes = 0;
  repetitionBytes = 0;
  compressed = true;

  /** Reads the header at the reader's position, and leaves the reader behind it. */
  read(r: ThriftReader): void {
    this.type = this.uncompressedSize = this.compressedSize = this.values = this.encoding = -1;
    this.definitionEncoding = this.repetitionEncoding = Encoding.Rle;
    this.nulls = this.rows = this.definitionBytes = this.repetitionBytes = 0;
    this.compressed = true;
    const outer = r.enter();
    for (let type = r.field(); type !== 0; type = r.field()) {
      switch (r.fieldId) {
        case 1:
          this.type = r.i32();
          break;
        case 2:
          this.uncompressedSize = r.i32();
          break;
        case 3:
          this.compressedSize = r.i32();
          break;
        case 5:
        case 7:
          this.#body(r, false);
          break;
        case 8:
          this.#body(r, true);
          break;
        default:
          r.skip(type);
      }
    }
    r.leave(outer);
  }

  #body(r: ThriftReader, version2: boolean): void {
    const outer = r.enter();
    for (let type = r.field(); type !== 0; type = r.field()) {
      switch (r.fieldId + (version2 ? 100 : 0)) {
        case 1:
        case 101:
          this.values = r.i32();
          break;
        case 2:
        case 104:
          this.encoding = r.i32();
          break;
        case 3:
          if (type === (ThriftType.I32 as number)) this.definitionEncoding = r.i32();
          break;
        case 4:
          if (type === (ThriftType.I32 as number)) this.repetitionEncoding = r.i32();
          break;
        case 102:
          this.nulls = r.i32();
          break;
        case 103:
          this.rows = r.i32();
          break;
        case 105:
          this.definitionBytes = r.i32();
          break;
        case 106:
          this.repetitionBytes = r.i32();
          break;
        case 107:
          this.compressed = type === (ThriftType.True as number);
          break;
        default:
          r.skip(type);
      }
    }
    r.leave(outer);
  }
}
