/**
 * Exit code 0 when a daemon of this container is ready: a master, a worker that has a master, or a history server, by the port of
 * its pages. Another port: FIRESTEEL_HEALTH_URL.
 */
"use strict";
const { get } = require("node:http");

const given = process.env["FIRESTEEL_HEALTH_URL"];
const urls = given === undefined ? [8080, 8081, 18080].map((port) => `http://127.0.0.1:${port}/ready`) : [given];

const ready = (url) =>
  new Promise((resolve) => {
    const request = get(url, { timeout: 10_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => resolve(false));
    request.on("timeout", () => request.destroy());
  });

Promise.all(urls.map(ready)).then((answers) => {
  process.exitCode = answers.includes(true) ? 0 : 1;
});
