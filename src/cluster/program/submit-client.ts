/** Asks a master: submits a driver with its program, tells its state, kills it. */
import { ClusterError } from "../../common/errors";
import type { Messages } from "../../wire/wire";
import { hashOf, PIECE } from "../master/blobs";
import type { MasterLinkOptions } from "../session/master-link";
import { MasterLink, StandbyError } from "../session/master-link";

export interface DriverState {
  readonly driverId: string;
  readonly state: string;
  readonly workerId: string;
  readonly workerHost: string;
  readonly message: string;
  readonly restarts: number;
}

const ANSWER_MS = 30_000;

/** What a driver is, without what the master and the archive add. */
export type DriverRequest = Pick<
  Messages.DriverDescription.$Properties,
  "mainFile" | "args" | "settings" | "cores" | "memoryBytes" | "supervise" | "name"
>;

export class SubmitClient {
  constructor(private readonly options: Pick<MasterLinkOptions, "masters" | "secret" | "tls">) {}

  /** Resolves with the driver's id when the master has the program. */
  async submit(request: DriverRequest, archive: Buffer): Promise<string> {
    const hash = hashOf(archive);
    const submission = { submitDriver: { description: { ...request, archive: hash } } };
    const lost = "It may have taken the driver: look at its page (port 8080) before you submit again.";
    return this.#ask<string>(submission, lost, (message, send) => {
      if (message.blobRequest) {
        const offset = message.blobRequest.offset ?? 0;
        send({ blobPiece: { hash, offset, total: archive.length, bytes: archive.subarray(offset, offset + PIECE) } });
      } else if (message.driverSubmitted) {
        const { driverId, error } = message.driverSubmitted;
        if (error) throw new ClusterError("NOT_SUBMITTED", `The master did not take the driver: ${error}`);
        return driverId ?? "";
      }
      return undefined;
    });
  }

  status(driverId: string): Promise<DriverState> {
    return this.#ask({ driverStatus: { driverId } }, "Ask again.", stateIn);
  }

  /** Resolves with the state right after the request: it ends a moment later. */
  kill(driverId: string): Promise<DriverState> {
    return this.#ask({ killDriver: { driverId } }, "It may have ended the driver: ask for its state.", stateIn);
  }

  /** @param lost what is to be done when the connection is lost before the answer has come */
  async #ask<T>(
    request: Messages.ToMaster.$Properties,
    lost: string,
    answer: (message: Messages.FromMaster.$Shape, send: (message: Messages.ToMaster.$Properties) => void) => T | undefined,
  ): Promise<T> {
    const state: { link?: MasterLink } = {};
    try {
      return await new Promise<T>((resolve, reject) => {
        const late = new ClusterError("NO_ANSWER", `The master did not answer within ${ANSWER_MS / 1000} s. ${lost}`);
        let standby: StandbyError | null = null;
        const timer = setTimeout(() => done(() => reject(standby ?? late)), ANSWER_MS);
        const done = (end: () => void): void => {
          clearTimeout(timer);
          end();
        };
        const link = (state.link = new MasterLink(
          { ...this.options, role: "client", keepAlive: true },
          {
            connected: () => {
              standby = null;
              link.send(request);
            },
            message: (message) => {
              try {
                const result = answer(message, (more) => link.send(more));
                if (result !== undefined) done(() => resolve(result));
              } catch (error) {
                done(() => reject(error instanceof Error ? error : new Error(String(error))));
              }
            },
            disconnected: (reason) =>
              done(() => reject(new ClusterError("NO_ANSWER", `The master did not answer: ${reason}. ${lost}`))),
            // A standby may become active in a moment. One that stays what it is was sent nothing: it did nothing.
            failed: (error) => {
              if (error instanceof StandbyError) standby = error;
              else done(() => reject(error));
            },
          },
        ));
        link.start();
      });
    } finally {
      await state.link?.close();
    }
  }
}

function stateIn(message: Messages.FromMaster.$Shape): DriverState | undefined {
  if (!message.driverStatus) return undefined;
  const { driverId, state, workerId, workerHost, message: text, restarts } = message.driverStatus;
  return {
    driverId: driverId ?? "",
    state: state ?? "UNKNOWN",
    workerId: workerId ?? "",
    workerHost: workerHost ?? "",
    message: text ?? "",
    restarts: restarts ?? 0,
  };
}
