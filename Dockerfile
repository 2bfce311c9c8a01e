# One image for masters, workers, history servers and drivers: `docker build -t firesteel .`
# It needs nothing that only BuildKit has. A different base: --build-arg NODE_IMAGE=node:24-bookworm-slim
ARG NODE_IMAGE=node:20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json LICENSE ./
COPY proto proto
COPY tools tools
COPY src src
RUN node tools/build.mjs && find dist -name '*.map' -delete && npm prune --omit=dev

FROM ${NODE_IMAGE}
WORKDIR /opt/firesteel
COPY --from=build /build/node_modules node_modules
COPY package.json LICENSE README.md ./
COPY --from=build /build/dist dist
COPY examples examples
COPY docker/healthcheck.js docker/healthcheck.js
# Volumes take their first owner from the directories made here.
RUN ln -s /opt/firesteel/dist/cli.js /usr/local/bin/firesteel \
 && for dir in master worker events data; do install -d -o node -g node "/var/lib/firesteel/$dir"; done \
 && install -d -o node -g node -m 700 /run/firesteel
# Two arenas of the allocator: threads of a process share what others have freed (docs/adr/0058).
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
USER node
# Code compiled once, here: a container starts its processes without compiling anything, read-only root or not.
RUN firesteel run-example pi > /dev/null
WORKDIR /var/lib/firesteel/worker
# The process is PID 1 and handles SIGTERM and SIGINT itself: no init is needed.
ENTRYPOINT ["firesteel"]
CMD ["--help"]
EXPOSE 7077 8080 8081 18080 4040
# Healthy: the pages of whatever daemon runs here say so. On a machine with more work than cores an answer takes its time; what depends on a
# daemon is not started once it counts as unhealthy.
HEALTHCHECK --interval=5s --timeout=15s --start-period=20s --retries=6 CMD ["node", "/opt/firesteel/docker/healthcheck.js"]
