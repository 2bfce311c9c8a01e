/** Encryption with AES. */
import type { Boxed } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { BINARY, STRING, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { document, plain } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";
import { aesDecrypt, aesEncrypt } from "../text/aes";

const doc = document("misc");

const GCM = literal("GCM", STRING);
const DEFAULT = literal("DEFAULT", STRING);
/** No initial vector and no additional data: printed as nothing. */
const NOTHING: Expression = { ...literal(new Uint8Array(0), BINARY), printed: "" };

function decryption(name: string, tolerant: boolean): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(`What AES has encrypted, decrypted${tolerant ? "; null where that fails" : ""}.`, [
      `decode(${name}(unbase64('3lmwu+Mw0H3fi5NDvcu9lg=='), '1234567890abcdef', 'ECB', 'PKCS'), 'utf-8')`,
      "Spark SQL",
    ]),
    parameters: ["expr", "key", "mode", "padding", "aad"],
    inputs: ["binary", "binary", "string", "string", "binary"],
    optional: 3,
    defaults: (args) => [...args, ...[GCM, DEFAULT, NOTHING].slice(args.length - 2)],
    result: BINARY,
    nullable: true,
    evaluate: plain((input: Uint8Array, key: Uint8Array, mode: string, padding: string, aad: Uint8Array): Boxed => {
      if (!tolerant) return aesDecrypt(input, key, mode, padding, aad);
      try {
        return aesDecrypt(input, key, mode, padding, aad);
      } catch (error) {
        if (error instanceof QueryError) return null;
        throw error;
      }
    }),
  });
}

export const aesFunctions: readonly FunctionEntry[] = [
  scalar({
    names: ["aes_encrypt"],
    doc: doc("Bytes encrypted with AES: by a key of 16, 24 or 32 bytes, in the mode ECB, CBC or GCM.", [
      "base64(aes_encrypt('Spark SQL', '1234567890abcdef', 'ECB', 'PKCS'))",
      "3lmwu+Mw0H3fi5NDvcu9lg==",
    ]),
    parameters: ["expr", "key", "mode", "padding", "iv", "aad"],
    inputs: ["binary", "binary", "string", "string", "binary", "binary"],
    optional: 4,
    // A random vector makes each result another.
    defaults: (args) => [...args, ...[GCM, DEFAULT, NOTHING, NOTHING].slice(args.length - 2)],
    result: BINARY,
    nullable: true,
    evaluate: plain(aesEncrypt),
  }),
  decryption("aes_decrypt", false),
  decryption("try_aes_decrypt", true),
];
