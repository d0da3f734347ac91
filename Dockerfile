# syntax=docker/dockerfile:1
# Serinus as a container: one program, `serinus`, that is every server and the command line.
#   docker build -t serinus .
#   docker run --rm serinus --help
#
# Debian and not Alpine: the core of Temporal's SDK is a native module that is published for glibc (2.18 or newer, amd64
# and arm64), not for musl.
ARG NODE_VERSION=24.19.0
ARG DEBIAN=bookworm

# Compiles, bundles the workflows, and builds the web page.
FROM node:${NODE_VERSION}-${DEBIAN}-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/bootstrap.mjs scripts/checkout.mjs scripts/
RUN --mount=type=cache,target=/root/.npm node scripts/bootstrap.mjs
COPY tsconfig.json tsconfig.build.json tsconfig.client.json ./
COPY scripts scripts
COPY src src
COPY web web
RUN npm run build

# What the program needs at run time. No package's own script has a say in it.
FROM node:${NODE_VERSION}-${DEBIAN}-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    # Temporal's core comes for five platforms, with its sources.
    && cd node_modules/@temporalio/core-bridge \
    && find releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
    && rm -r sdk-core src

FROM node:${NODE_VERSION}-${DEBIAN}-slim
LABEL org.opencontainers.image.title="serinus" \
      org.opencontainers.image.description="Progressive delivery for Kubernetes on Temporal" \
      org.opencontainers.image.licenses="Apache-2.0"
# Nothing is installed in a running container.
RUN rm -r /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
    # Where a volume for the load tester's gates may be mounted.
    && install -d -o 1000 -g 1000 /var/lib/serinus
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /src/dist dist
COPY package.json ./
ENV NODE_ENV=production \
    SERINUS_HEALTH_HOST=0.0.0.0 \
    SERINUS_HEALTH_PORT=8081
# The image's user "node", as a number, so that Kubernetes can tell that it isn't root. Nothing is ever written: the root
# file system may be read-only.
USER 1000:1000
EXPOSE 8080 8081
# Of the servers; other commands end before anybody asks.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SERINUS_HEALTH_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/serinus.js"]
CMD ["all"]
