/** The same-thread inspector session that the closure layer looks through. */
import { Session } from "node:inspector";
import { InternalError } from "../common/errors";

let session: Session | undefined;

function openSession(): Session {
  if (!session) {
    session = new Session();
    session.connect();
  }
  return session;
}

/** Sends a command of the DevTools protocol; on the same thread it is answered before this returns. */
export function post<T>(method: string, params?: object): T {
  let answer: { error: Error | null; result: unknown } | undefined;
  (openSession() as unknown as InspectorPost).post(method, params ?? {}, (error, result) => {
    answer = { error, result };
  });
  if (!answer) throw new InternalError(`The inspector did not answer ${method} at once.`);
  if (answer.error) throw new InternalError(`The inspector refused ${method}: ${JSON.stringify(answer.error)}.`);
  return answer.result as T;
}

interface InspectorPost {
  post(method: string, params: object, callback: (error: Error | null, result: unknown) => void): void;
}

/** Calls a listener for each event of a kind while `during` runs. */
export function listening<E, T>(event: string, listener: (params: E) => void, during: () => T): T {
  const notify = (message: { readonly params: E }): void => {
    listener(message.params);
  };
  const events = openSession() as unknown as InspectorEvents<E>;
  events.on(event, notify);
  try {
    return during();
  } finally {
    events.off(event, notify);
  }
}

interface InspectorEvents<E> {
  on(event: string, listener: (message: { readonly params: E }) => void): void;
  off(event: string, listener: (message: { readonly params: E }) => void): void;
}

/** What the protocol tells of a value. */
export interface RemoteObject {
  readonly objectId?: string;
  readonly value?: unknown;
}
