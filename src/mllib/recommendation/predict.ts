/** Programs of models of factors. */
import type { Vector as Column } from "../../columnar/vector";
import type { DataType } from "../../columnar/types";
import { columnsProgram, doublesOf } from "../compute";
import { doubleListsOf } from "../compute/texts";
import { checkedIds } from "./ratings";

const fixed = (values: Int32Array | Float32Array): Column => ({ form: "fixed", length: values.length, values, valid: null });
const FLOAT: DataType = { kind: "float" };

/** Columns of ids as whole numbers. Throws of values that are none. */
export const idColumns = columnsProgram<{ readonly names: readonly string[] }>({
  name: "mllib.als.ids.columns",
  open:
    ({ names }, types) =>
    (columns) =>
      columns.map((column, i) => {
        const { values, valid } = doublesOf(column, types[i]!);
        return fixed(checkedIds(values, valid, names[i]!));
      }),
});

/** Products of two columns of factors, NaN where one is null. */
export const products = columnsProgram<{ readonly rank: number }>({
  name: "mllib.als.predict",
  open:
    ({ rank }) =>
    ([left, right], rows) => {
      const [a, b] = [doubleListsOf(left!, FLOAT), doubleListsOf(right!, FLOAT)];
      const found = new Float32Array(rows);
      for (let row = 0; row < rows; row++) {
        const missing = a.valid?.[row] === 0 || b.valid?.[row] === 0;
        let sum = 0;
        for (let j = 0, i = a.starts[row]!, k = b.starts[row]!; j < rank; j++) sum += a.items[i++]! * b.items[k++]!;
        found[row] = missing ? NaN : sum;
      }
      return [fixed(found)];
    },
});

interface BestSpec {
  readonly rank: number;
  /** Of whom to choose: their ids and factors. */
  readonly ids: Int32Array;
  readonly values: Float32Array;
  readonly count: number;
}

/** For each row of factors the ids of the largest products, falling; of equal ones the lower id. */
export const best = columnsProgram<BestSpec>({
  name: "mllib.als.recommend",
  open({ rank, ids, values, count }) {
    const top = Math.min(count, ids.length);
    return ([column], rows) => {
      const { starts, items } = doubleListsOf(column!, FLOAT);
      const ends = new Int32Array(rows);
      const chosen = new Int32Array(rows * top);
      const ratings = new Float32Array(rows * top);
      const list = new TopList(top);
      for (let row = 0; row < rows; row++) {
        list.clear();
        for (let i = 0, at = 0; i < ids.length; i++) {
          let sum = 0;
          for (let j = 0, from = starts[row]!; j < rank; j++) sum += values[at++]! * items[from++]!;
          list.offer(sum, i);
        }
        list.places.forEach((place, i) => {
          chosen[row * top + i] = ids[place]!;
          ratings[row * top + i] = list.scores[i]!;
        });
        ends[row] = (row + 1) * top;
      }
      const length = rows * top;
      const child: Column = { form: "struct", length, valid: null, children: [fixed(chosen), fixed(ratings)] };
      return [{ form: "list", length: rows, starts: ends.map((end) => end - top), ends, child, valid: null }];
    };
  },
});

/** The largest scores so far, falling; the earlier of equal ones first. */
class TopList {
  places: number[] = [];
  scores: number[] = [];

  constructor(private readonly most: number) {}

  clear(): void {
    this.places = [];
    this.scores = [];
  }

  offer(score: number, place: number): void {
    const { places, scores, most } = this;
    if (scores.length === most && !(score > scores[most - 1]!)) return;
    let low = 0;
    let high = scores.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (scores[middle]! >= score) low = middle + 1;
      else high = middle;
    }
    scores.splice(low, 0, score);
    places.splice(low, 0, place);
    if (scores.length > most) {
      scores.pop();
      places.pop();
    }
  }
}
