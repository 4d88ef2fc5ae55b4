FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are Node itself, for machines with an older one: this image has it.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-fund --no-audit \
  && find node_modules -name '*.map' -delete

FROM node:24.21.0-slim
WORKDIR /app
# What STORAGE=embedded keeps; all the rest may be read-only but /tmp.
RUN mkdir /data && chown node:node /data
VOLUME /data
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
COPY --from=dependencies /app/node_modules node_modules
COPY . .
ARG REVISION
ENV REVISION=$REVISION
USER node
# The API, and the metrics, which are not for everyone.
EXPOSE 8000 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "process.exitCode = 1; fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1))"]
# Node is process 1 and handles SIGTERM itself; `docker run IMAGE bootstrap/provision/main.ts` runs another entry point.
ENTRYPOINT ["node", "--max-semi-space-size=4", "--import", "./bootstrap/require-node.js"]
CMD ["bootstrap/main.ts"]
