/** What must agree between a driver and its executors, and how a mismatch is put into words. */
import { version } from "../common/version";

/** Changes with every incompatible change of proto/ or of what travels inside task binaries. */
export const PROTOCOL = 3;

export interface Versions {
  readonly protocol: number;
  readonly nodeMajor: number;
  readonly version: string;
}

export const ownVersions: Versions = { protocol: PROTOCOL, nodeMajor: Number(process.versions.node.split(".")[0]), version };

/** Why the two cannot work together, in one sentence that says what to change; null when they can. */
export function versionMismatch(driver: Versions, executor: Versions): string | null {
  if (driver.protocol !== executor.protocol || driver.version !== executor.version) {
    return (
      `The driver runs firesteel ${driver.version} (protocol ${driver.protocol}) and the executor firesteel ${executor.version} (protocol ` +
      `${executor.protocol}): install the same version on both.`
    );
  }
  if (driver.nodeMajor !== executor.nodeMajor) {
    return (
      `The driver runs on Node ${driver.nodeMajor} and the executor on Node ${executor.nodeMajor}: task functions travel between equal major ` +
      `versions only. Run both on the same one.`
    );
  }
  return null;
}

/** Why a master cannot work with a peer, in one sentence; null when it can. Nodes may differ: no code passes between the two. */
export function versionRefusal(peer: Pick<Versions, "protocol" | "version">, own: Versions = ownVersions): string | null {
  if (peer.protocol === own.protocol && peer.version === own.version) return null;
  return (
    `The master runs firesteel ${own.version} (protocol ${own.protocol}) and the peer firesteel ${peer.version} (protocol ` +
    `${peer.protocol}): install the same version on both.`
  );
}
