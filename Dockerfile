# `oathgate serve`, the stand-in for Oathkeeper's decision API. The Lambda needs no image: `make deploy`.
#
#   docker build -t oathgate .
#   docker run --rm -p 4456:4456 -v "$PWD/local/gateways:/etc/oathgate:ro" oathgate

FROM rust:1.95.0-bookworm AS build
WORKDIR /src
# This toolchain as it is: rust-toolchain.toml asks for parts that only development needs.
ENV RUSTUP_TOOLCHAIN=1.95.0
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p oathgate --bin oathgate \
    && install -D target/release/oathgate /out/oathgate

# No shell, no package manager; the C library, and the user `nonroot` (65532).
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/oathgate /usr/local/bin/oathgate
EXPOSE 4456
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 CMD ["oathgate", "health"]
ENTRYPOINT ["oathgate"]
CMD ["serve", "--config", "/etc/oathgate/config.yml"]
