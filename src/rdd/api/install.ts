/** Puts groups of methods onto a prototype, as the methods of a class are: not enumerable. */
type Method = (this: never, ...args: never[]) => unknown;

/** A group that implements every method of the interface `I`, and nothing else. */
export type Implements<I> = Readonly<Record<keyof I, Method>>;

export function installMethods(prototype: object, ...groups: readonly object[]): void {
  for (const group of groups) {
    for (const key of Reflect.ownKeys(group)) {
      Object.defineProperty(prototype, key, {
        value: Reflect.get(group, key) as Method,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  }
}
