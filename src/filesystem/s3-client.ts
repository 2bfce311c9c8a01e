/**
 * Loads the AWS SDK when the first s3:// path is used: an optional peer dependency, so that those who have no S3 need
 * not install it. Settings are Hadoop's `fs.s3a.*` with Spark's prefix; what they leave open the SDK takes from its own
 * chain (AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL, profiles, instance roles).
 */
import type * as Sdk from "@aws-sdk/client-s3";
import { UsageError } from "../common/errors";
import type { ConfLookup } from "./file-systems";

export interface S3 {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** Keys to ask for in one listing call; the server's own limit (1000) where not set. */
  readonly listKeys: number | undefined;
}

/** Bounds the sockets to one endpoint; Hadoop's default is of the same order. */
const DEFAULT_MAX_CONNECTIONS = 64;

export async function loadS3(conf: ConfLookup): Promise<S3> {
  let sdk: typeof Sdk;
  // Which Node the SDK's later versions need is no matter of the program's.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  try {
    sdk = require("@aws-sdk/client-s3") as typeof Sdk;
  } catch (cause) {
    throw new UsageError("S3_CLIENT_NOT_INSTALLED", "s3:// paths need the AWS SDK: run `npm install @aws-sdk/client-s3`.", {
      cause,
    });
  }
  const listKeys = conf("spark.hadoop.fs.s3a.paging.maximum");
  return { sdk, client: new sdk.S3Client(clientConfig(conf)), listKeys: listKeys === undefined ? undefined : Number(listKeys) };
}

export function clientConfig(conf: ConfLookup): Sdk.S3ClientConfig {
  const setting = (name: string): string | undefined => {
    const value = conf(`spark.hadoop.fs.s3a.${name}`);
    return value === "" ? undefined : value;
  };
  const endpoint = endpointUrl(setting("endpoint"), setting("connection.ssl.enabled") !== "false");
  const accessKeyId = setting("access.key");
  const secretAccessKey = setting("secret.key");
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new UsageError(
      "INVALID_S3_CREDENTIALS",
      "Set both spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key, or neither to use the AWS_* environment.",
    );
  }
  const sessionToken = setting("session.token");
  const pathStyle = setting("path.style.access");
  return {
    region: setting("endpoint.region") ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1",
    // Servers other than Amazon's rarely resolve a bucket as a host name.
    forcePathStyle:
      pathStyle === undefined ? endpoint !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined : pathStyle === "true",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
    maxAttempts: Number(setting("attempts.maximum") ?? 5),
    requestHandler: { httpAgent: { maxSockets: maxConnections(setting) }, httpsAgent: { maxSockets: maxConnections(setting) } },
    // Newer checksum trailers are unknown to most servers other than Amazon's.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

function maxConnections(setting: (name: string) => string | undefined): number {
  return Number(setting("connection.maximum") ?? DEFAULT_MAX_CONNECTIONS);
}

/** Hadoop's endpoint setting may lack the protocol. */
function endpointUrl(endpoint: string | undefined, ssl: boolean): string | undefined {
  if (endpoint === undefined || /^https?:\/\//.test(endpoint)) return endpoint;
  return `${ssl ? "https" : "http"}://${endpoint}`;
}
