/** CTEs by name, from the nearest WITH outwards. */
import type { Binder, CteScope } from "./binder";
import { sameName } from "./columns";

export function findCte(binder: Binder, scope: CteScope | null, name: string): CteScope | null {
  for (let one = scope; one !== null; one = one.parent) if (sameName(binder, one.name, name)) return one;
  return null;
}
