import type { DataType } from "../../columnar/types";

/** Whether `test` holds for the type or for one within it: that of elements, keys, values or fields, at any depth. */
export function containsType(type: DataType, test: (type: DataType) => boolean): boolean {
  if (test(type)) return true;
  switch (type.kind) {
    case "array":
      return containsType(type.element, test);
    case "map":
      return containsType(type.key, test) || containsType(type.value, test);
    case "struct":
      return type.fields.some((field) => containsType(field.type, test));
    default:
      return false;
  }
}
