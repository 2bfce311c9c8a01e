/** What functions of programs may refer to by name, whichever entry of the package they import. */
import type * as Api from "./index";
import type * as Mllib from "./mllib";

const openApi = (): typeof Api => require("./index") as typeof Api;

export function loadMllib(): typeof Mllib {
  return require("./mllib") as typeof Mllib;
}

/** The first part that has the name: each is loaded when the ones before it do not. */
function partWith(name: string | symbol): object | undefined {
  return [openApi, loadMllib].find((open) => name in open())?.();
}

/** The exports of all entries as one object, whose parts are loaded when they are asked for. */
export const engineExports: object = new Proxy(
  {},
  {
    get: (_target, name) => (partWith(name) as Record<string | symbol, unknown> | undefined)?.[name],
    has: (_target, name) => partWith(name) !== undefined,
    ownKeys: () => [...new Set([...Object.keys(openApi()), ...Object.keys(loadMllib())])],
    getOwnPropertyDescriptor(_target, name) {
      const part = partWith(name) as Record<string | symbol, unknown> | undefined;
      return part && { value: part[name], enumerable: true, configurable: true, writable: false };
    },
  },
);
