/** Requests to pages of other processes of the cluster: those of a worker that has a log, those that a master shows below its own. */
import { get as getPlain, type IncomingMessage, type RequestOptions } from "node:http";
import { get as getSecure } from "node:https";
import { text } from "node:stream/consumers";
import { pagesTrust, type TlsFiles } from "../../wire/tls";

/** Sends a GET (or the method of `options`) over what the address says; `tls` are this process's own files, whose authority is trusted. */
export function askPages(
  address: string,
  options: RequestOptions,
  tls: TlsFiles | null,
  answered: (answer: IncomingMessage) => void,
): ReturnType<typeof getPlain> {
  if (!address.startsWith("https:")) return getPlain(address, options, answered);
  return getSecure(address, { ...options, ...(tls === null ? {} : pagesTrust(tls)) }, answered);
}

/** Resolves with the status and the body. Rejects where nothing answers within `timeoutMs`. */
export function textOfPages(address: string, timeoutMs: number, tls: TlsFiles | null): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    askPages(address, { signal: AbortSignal.timeout(timeoutMs) }, tls, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    }).on("error", reject);
  });
}
