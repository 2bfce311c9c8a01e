/** AES as aes_encrypt and aes_decrypt have it: the initial vector before the text, the tag of GCM after it. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { CipherGCMTypes } from "node:crypto";
import { QueryError } from "../../errors";

const NAMES = "`aes_encrypt`/`aes_decrypt`";
const TAG = 16;

type Mode = "ECB" | "CBC" | "GCM";

const IV_LENGTH: Readonly<Record<Mode, number>> = { ECB: 0, CBC: 16, GCM: 12 };

/** Which paddings a mode has. */
function checkedMode(mode: string, padding: string): Mode {
  const name = mode.toUpperCase();
  const fill = padding.toUpperCase();
  const fits =
    (name === "ECB" && (fill === "PKCS" || fill === "DEFAULT")) ||
    (name === "CBC" && (fill === "PKCS" || fill === "DEFAULT")) ||
    (name === "GCM" && (fill === "NONE" || fill === "DEFAULT"));
  if (fits) return name;
  throw new QueryError("UNSUPPORTED_FEATURE.AES_MODE", { mode, padding, functionName: NAMES });
}

function checkKey(key: Uint8Array): void {
  if (key.length !== 16 && key.length !== 24 && key.length !== 32) {
    throw new QueryError("INVALID_PARAMETER_VALUE.AES_KEY_LENGTH", {
      parameter: "`key`",
      functionName: NAMES,
      actualLength: String(key.length),
    });
  }
}

const cipherName = (mode: Mode, key: Uint8Array): string => `aes-${key.length * 8}-${mode.toLowerCase()}`;

export function aesEncrypt(
  input: Uint8Array,
  key: Uint8Array,
  modeName: string,
  padding: string,
  givenIv: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  checkKey(key);
  const mode = checkedMode(modeName, padding);
  const name = cipherName(mode, key);
  if (mode === "ECB" && givenIv.length > 0) {
    throw new QueryError("UNSUPPORTED_FEATURE.AES_MODE_IV", { mode, functionName: "`aes_encrypt`" });
  }
  if (mode !== "GCM" && aad.length > 0) {
    throw new QueryError("UNSUPPORTED_FEATURE.AES_MODE_AAD", { mode, functionName: "`aes_encrypt`" });
  }
  if (givenIv.length > 0 && givenIv.length !== IV_LENGTH[mode]) {
    throw new QueryError("INVALID_PARAMETER_VALUE.AES_IV_LENGTH", {
      mode,
      parameter: "`iv`",
      functionName: NAMES,
      actualLength: String(givenIv.length),
    });
  }
  if (mode === "ECB") {
    const cipher = createCipheriv(name, key, null);
    return Buffer.concat([cipher.update(input), cipher.final()]);
  }
  const iv = givenIv.length > 0 ? givenIv : randomBytes(IV_LENGTH[mode]);
  if (mode === "CBC") {
    const cipher = createCipheriv(name, key, iv);
    return Buffer.concat([iv, cipher.update(input), cipher.final()]);
  }
  const cipher = createCipheriv(name as CipherGCMTypes, key, iv);
  if (aad.length > 0) cipher.setAAD(aad);
  return Buffer.concat([iv, cipher.update(input), cipher.final(), cipher.getAuthTag()]);
}

export function aesDecrypt(input: Uint8Array, key: Uint8Array, modeName: string, padding: string, aad: Uint8Array): Uint8Array {
  checkKey(key);
  const mode = checkedMode(modeName, padding);
  const name = cipherName(mode, key);
  if (mode !== "GCM" && aad.length > 0) {
    throw new QueryError("UNSUPPORTED_FEATURE.AES_MODE_AAD", { mode, functionName: "`aes_decrypt`" });
  }
  const ivLength = IV_LENGTH[mode];
  try {
    if (mode === "ECB") {
      const decipher = createDecipheriv(name, key, null);
      return Buffer.concat([decipher.update(input), decipher.final()]);
    }
    if (input.length < ivLength) throw new Error("Invalid buffer arguments");
    const iv = input.subarray(0, ivLength);
    if (mode === "CBC") {
      const decipher = createDecipheriv(name, key, iv);
      return Buffer.concat([decipher.update(input.subarray(ivLength)), decipher.final()]);
    }
    const decipher = createDecipheriv(name as CipherGCMTypes, key, iv, { authTagLength: TAG });
    if (aad.length > 0) decipher.setAAD(aad);
    decipher.setAuthTag(input.subarray(input.length - TAG));
    return Buffer.concat([decipher.update(input.subarray(ivLength, input.length - TAG)), decipher.final()]);
  } catch (cause) {
    throw new QueryError(
      "INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR",
      { parameter: "`expr`, `key`", functionName: NAMES, detailMessage: (cause as Error).message },
      undefined,
      { cause },
    );
  }
}
