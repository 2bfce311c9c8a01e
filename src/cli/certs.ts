/** `firesteel certs`: what a cluster with TLS needs, for trying it out and for tests. A real one has certificates of its own authority. */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import forge from "node-forge";
import { UsageError } from "../common/errors";

const DAY = 86_400_000;
const RSA_BITS = 2048;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

interface Keys {
  readonly publicKey: forge.pki.PublicKey;
  readonly privateKey: forge.pki.PrivateKey;
  readonly pem: string;
}

export function certs(directory: string, options: { readonly host?: string; readonly days: string }): void {
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1)
    throw new UsageError("INVALID_OPTION", `--days must be a positive integer, not "${options.days}".`);
  const target = resolve(directory);
  const files = ["ca.pem", "ca-key.pem", "cert.pem", "key.pem", "secret"].map((name) => join(target, name)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const there = files.find((file) => existsSync(file));
  if (there !== undefined) throw new UsageError("FILE_EXISTS", `${there} is there already: name another directory.`);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const given = (options.host ?? "").split(",").map((part) => part.trim());
  const hosts = new Set(["localhost", "127.0.0.1", "::1", hostname(), ...given.filter((part) => part !== "")]);
  const until = new Date(Date.now() + days * DAY);
  const authority = newKeys();
  const own = newKeys();
  const ca = certificate("firesteel test authority", authority, "firesteel test authority", authority, until, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
  ]);
  const cert = certificate("firesteel", own, "firesteel test authority", authority, until, [
    { name: "basicConstraints", cA: false },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true, clientAuth: true },
    {
      name: "subjectAltName",
      altNames: [...hosts].map((host) => (isIP(host) > 0 ? { type: IP_ADDRESS, ip: host } : { type: DNS_NAME, value: host })),
    },
  ]);
  const contents = [ca, authority.pem, cert, own.pem, `${randomBytes(32).toString("base64url")}\n`];
  contents.forEach((content, i) => writeFileSync(files[i]!, content, { mode: i === 0 || i === 2 ? 0o644 : 0o600 }));
  process.stdout.write(
    `Wrote ${files.join(", ")}.\nGive every master, worker and submit: --secret-file ${files[4]} --tls-ca ${files[0]} --tls-cert ${files[2]} ` +
      `--tls-key ${files[3]}\n`,
  );
}

function newKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(publicKey),
    privateKey: forge.pki.privateKeyFromPem(privateKey),
    pem: privateKey,
  };
}

function certificate(name: string, keys: Keys, issuer: string, signer: Keys, until: Date, extensions: object[]): string {
  const made = forge.pki.createCertificate();
  made.publicKey = keys.publicKey;
  // Positive, and of one certificate only.
  made.serialNumber = `01${createHash("sha256").update(randomBytes(32)).digest("hex").slice(0, 30)}`;
  made.validity.notBefore = new Date(Date.now() - DAY);
  made.validity.notAfter = until;
  made.setSubject([{ name: "commonName", value: name }]);
  made.setIssuer([{ name: "commonName", value: issuer }]);
  made.setExtensions([...extensions, { name: "subjectKeyIdentifier" }]);
  made.sign(signer.privateKey as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(made);
}
