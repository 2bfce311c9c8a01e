/** Values of user-defined types (columnar/types): which class stands for a type in programs. Libraries above SQL register theirs. */
import type { Boxed, DataType, UserDefinedType } from "../../columnar/types";
import { loadLibraries } from "../libraries";

export interface UserType {
  readonly type: UserDefinedType;
  /** Null where `value` is none of this type. */
  toBoxed(value: object): Boxed | null;
  fromBoxed(value: Boxed): unknown;
  /** As show() and casts to strings have it. */
  readonly toText: (value: Boxed) => string;
}

const known = new Map<string, UserType>();

export function registerUserType(userType: UserType): void {
  known.set(userType.type.name, userType);
}

/** Undefined where no library knows it: then its values are those of the type that it is stored as. */
export function userTypeNamed(name: string): UserType | undefined {
  return known.get(name) ?? (loadLibraries() ? known.get(name) : undefined);
}

/** The type of a value of a program that is of a registered class. */
export function userTypeOf(value: object): DataType | null {
  for (const userType of known.values()) if (userType.toBoxed(value) !== null) return userType.type;
  return null;
}
