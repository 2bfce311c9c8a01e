// What programs import: a class with private state, its subclass, module state and functions that use it.
import { createHash } from "node:crypto";
import units, { perMetre as scale } from "./units.ts";

export const names = new Map([
  [3, "triangle"],
  [4, "square"],
]);

export class Polygon {
  static readonly #sides = { least: 3 };
  readonly #corners: number;
  constructor(corners: number) {
    if (corners < Polygon.#sides.least) throw new RangeError(`a polygon has no ${corners} corners`);
    this.#corners = corners;
  }
  get corners(): number {
    return this.#corners;
  }
  name(): string {
    return names.get(this.#corners) ?? `${this.#corners}-gon`;
  }
  static least(): Polygon {
    return new Polygon(Polygon.#sides.least);
  }
}

export class Regular extends Polygon {
  constructor(
    corners: number,
    readonly side: number,
  ) {
    super(corners);
  }
  perimeter(): number {
    return super.corners * this.side;
  }
  override name(): string {
    return `regular ${super.name()}`;
  }
}

export const inCentimetres = (metres: number): number => metres * scale(units.centimetre);
export const digest = (text: string): string => createHash("sha1").update(text).digest("hex").slice(0, 6);
