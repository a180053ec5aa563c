# docker build -t REGISTRY/spotalis:TAG .

# One version of Deno, the one that the tests run on: the binary carries its runtime.
ARG DENO_VERSION=2.9.6

FROM denoland/deno:debian-${DENO_VERSION} AS build
WORKDIR /build
# Only what is compiled, and how to compile it: a change of tests or documents makes no new layer.
COPY deno.json deno.lock main_operator.ts ./
COPY src src
COPY deploy/compile.sh deploy/
# Permissions, memory limits and their reasons are in the script. The packages come from the registry,
# in the versions and with the checksums of deno.lock.
RUN bash deploy/compile.sh image

# Deno needs glibc, libgcc, libm, librt and libdl, which "cc" has and "static" has not. There is no
# shell, no package manager, and nothing to write to.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/dist/spotalis-image /usr/local/bin/spotalis
# Deno sends requests through the proxy that HTTPS_PROXY names; the API server is never behind one.
ENV NO_PROXY=kubernetes.default.svc
# "nonroot" by number, so that runAsNonRoot can be checked.
USER 65532:65532
# webhook, metrics, health
EXPOSE 9443 8080 8081
# As process 1 it handles SIGTERM itself: no init is needed.
ENTRYPOINT ["/usr/local/bin/spotalis"]
CMD ["run"]
