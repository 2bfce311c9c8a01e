/** Maps as they are built from keys and values: no null keys, and what the session says of keys that come twice. */
import type { Boxed, DataType } from "../../../columnar/types";
import { MapValue } from "../../../columnar/types";
import { QueryError } from "../../errors";
import type { QueryContext } from "../../errors";
import { valueKey } from "../value-key";
import type { EvaluationContext } from "../registry";

export type MapBuilder = (keys: readonly Boxed[], values: readonly Boxed[]) => MapValue;

/** NULL_MAP_KEY; DUPLICATED_MAP_KEY unless spark.sql.mapKeyDedupPolicy is LAST_WIN, which keeps the place of the first. */
export function mapBuilder(
  keyType: DataType,
  context: Pick<EvaluationContext, "settings">,
  at: QueryContext | undefined,
): MapBuilder {
  const lastWins = context.settings.conf["spark.sql.mapKeyDedupPolicy"]?.toUpperCase() === "LAST_WIN";
  const keyOf = valueKey(keyType);
  const normal =
    keyType.kind === "double" || keyType.kind === "float"
      ? (key: Boxed): Boxed => (key as number) + 0
      : (key: Boxed): Boxed => key;
  return (keys, values) => {
    const places = new Map<unknown, number>();
    const outKeys: Boxed[] = [];
    const outValues: Boxed[] = [];
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as Boxed;
      if (key === null) throw new QueryError("NULL_MAP_KEY", {}, at);
      const id = keyOf(key);
      const place = places.get(id);
      if (place === undefined) {
        places.set(id, outKeys.length);
        outKeys.push(normal(key));
        outValues.push(values[i] as Boxed);
      } else if (lastWins) {
        outValues[place] = values[i] as Boxed;
      } else {
        throw new QueryError(
          "DUPLICATED_MAP_KEY",
          { key: `${key as string}`, mapKeyDedupPolicy: '"spark.sql.mapKeyDedupPolicy"' },
          at,
        );
      }
    }
    return new MapValue(outKeys, outValues);
  };
}
