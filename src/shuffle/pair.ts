import { TaskError } from "../common/errors";

/** Whether a record is a pair: an array of a key and a value. Generated loops have this test as text. */
export const isPair = (record: unknown): record is [key: unknown, value: unknown] => Array.isArray(record) && record.length === 2;

/** For a record that is no pair where pairs are needed: throws a TaskError that says what it is. */
export function notAPair(record: unknown): never {
  const seen = Array.isArray(record)
    ? `an array of ${record.length}`
    : record === null
      ? "null"
      : `a value of type ${typeof record}`;
  throw new TaskError("NOT_A_PAIR", `This operation takes records of the form [key, value], and found ${seen}.`);
}
