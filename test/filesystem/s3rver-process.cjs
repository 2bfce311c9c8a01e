/**
 * An S3 server on a free port of loopback, as a process of its own: s3rver's continuation tokens need a cipher that
 * OpenSSL 3 has only with --openssl-legacy-provider. Prints its port; ends when its standard input does.
 * Arguments: directory, buckets.
 */
const S3rver = require("s3rver");

const [directory, ...buckets] = process.argv.slice(2);
const server = new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory,
  configureBuckets: buckets.map((name) => ({ name })),
});
server.run().then(({ port }) => console.log(port));
process.stdin.on("end", () => process.exit(0)).resume();
