/** Addresses of resources as messages have them. */
import type { ResourceAddresses } from "../common/resources";
import type { Messages } from "./wire";

type Information = Messages.ResourceInformation.$Properties;

export function encodeResources(resources: ResourceAddresses): Information[] {
  return Object.entries(resources).map(([name, addresses]) => ({ name, addresses: [...addresses] }));
}

export function decodeResources(resources: readonly Information[] | null | undefined): ResourceAddresses {
  return Object.fromEntries((resources ?? []).map(({ name, addresses }) => [name ?? "", addresses ?? []]));
}
