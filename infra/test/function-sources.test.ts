import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it, vi } from "vitest";
import { builtByCargo } from "../lib/function-sources";
import type { OathgateCli } from "../lib/oathgate-cli";
import { OathgateCode } from "../lib/oathgate-code";
import { stageCode } from "../stages/stage-code";
import { fakeCli, projectOf, refusal } from "./project";
import { ROOT, stackOf } from "./synth";

const CONFIG = "dist/dev/gate/config.yml";

/** What a stage's functions are made from. */
function sourcesOf(root: string, cli: OathgateCli, environment: NodeJS.ProcessEnv) {
  return stageCode(root, cli, environment).functionSources({
    configFile: join(root, CONFIG),
    buildFolder: join(root, "dist/dev"),
    architecture: Architecture.ARM_64,
    program: () => cli,
  });
}

describe("the functions' code", () => {
  it("is the content of OATHGATE_PREBUILT_DIR, unchanged", () => {
    const root = projectOf({ "ready/authorizer/bootstrap": "", "ready/signing-keys/bootstrap": "" });
    const sources = sourcesOf(root, fakeCli(root).cli, {
      OATHGATE_PREBUILT_DIR: "ready",
    });
    expect(sources).toEqual({
      authorizer: { kind: "folder", path: join(root, "ready/authorizer") },
      signingKeys: { kind: "folder", path: join(root, "ready/signing-keys") },
    });
  });

  it("must exist in OATHGATE_PREBUILT_DIR if that is set", () => {
    const root = projectOf({ "ready/authorizer/bootstrap": "" });
    const find = () =>
      sourcesOf(root, fakeCli(root).cli, {
        OATHGATE_PREBUILT_DIR: "ready",
      });
    expect(refusal(find)).toBe(
      `OATHGATE_PREBUILT_DIR: \`${join(root, "ready/signing-keys/bootstrap")}\` does not exist; build it first`,
    );
  });

  it("is packaged from the binaries in OATHGATE_BINARIES", () => {
    const root = projectOf({ [CONFIG]: "", "built/bootstrap": "a", "built/oathgate-signing-keys": "k" });
    const { cli, calls } = fakeCli(root);
    const sources = sourcesOf(root, cli, {
      OATHGATE_BINARIES: "built",
    });
    expect(sources).toEqual({
      authorizer: { kind: "folder", path: join(root, "dist/dev/authorizer") },
      signingKeys: { kind: "folder", path: join(root, "dist/dev/signing-keys") },
    });
    expect(readFileSync(join(root, "dist/dev/signing-keys/bootstrap"), "utf8")).toBe("k");
    expect(calls()).toMatchObject([
      {
        folder: join(root, "dist/dev/gate"),
        args: [
          ...["package", "--config", "config.yml"],
          ...["--bootstrap", join(root, "built/bootstrap")],
          ...["--out", join(root, "dist/dev/authorizer")],
        ],
      },
    ]);
  });

  it("is found where cargo-lambda writes it", () => {
    const root = projectOf({
      [CONFIG]: "",
      "built/bootstrap/bootstrap": "a",
      "built/oathgate-signing-keys/bootstrap": "k",
    });
    const { cli, calls } = fakeCli(root);
    sourcesOf(root, cli, { OATHGATE_BINARIES: "built" });
    expect(calls()[0]?.args).toContain(join(root, "built/bootstrap/bootstrap"));
    expect(readFileSync(join(root, "dist/dev/signing-keys/bootstrap"), "utf8")).toBe("k");
  });

  it("is built by cargo-lambda otherwise", () => {
    const root = projectOf({ [CONFIG]: "", "Cargo.toml": "" });
    const { authorizer, signingKeys } = sourcesOf(root, fakeCli(root).cli, {});
    expect(authorizer).toMatchObject({
      kind: "cargo",
      manifestPath: join(root, "Cargo.toml"),
      binary: "bootstrap",
    });
    expect(signingKeys).toMatchObject({ kind: "cargo", binary: "oathgate-signing-keys" });
  });
});

describe("building and packaging in one step", () => {
  it("writes a complete folder, whatever the paths' names", () => {
    const root = projectOf({ "it's here/dist/dev/gate/config.yml": "", "it's here/out/bootstrap": "built" });
    const project = join(root, "it's here");
    const { cli, calls } = fakeCli(root);
    const { authorizer } = builtByCargo(project, join(project, CONFIG), cli);
    const commands = authorizer.kind === "cargo" ? authorizer.finish(project, join(project, "out")) : [];
    execFileSync("bash", ["-c", commands.join(" && ")]);
    expect(readdirSync(join(project, "out"))).toEqual(["bootstrap"]);
    expect(readFileSync(join(project, "out/bootstrap"), "utf8")).toBe("packaged");
    expect(calls()).toMatchObject([{ folder: join(project, "dist/dev/gate") }]);
  });

  it("packages with a program built in the container when it runs in one", () => {
    const { authorizer } = builtByCargo("/project", `/project/${CONFIG}`, {
      command: ["/project/target/debug/oathgate"],
    });
    const commands = authorizer.kind === "cargo" ? authorizer.finish("/asset-input", "/asset-output") : [];
    expect(commands[0]).toMatch(
      /^\(cd \/asset-input\/dist\/dev\/gate && cargo run .*\/asset-input\/Cargo.toml/,
    );
  });

  it("builds for the stage's architecture, with the locked versions", () => {
    const root = projectOf({
      "Cargo.toml": readFileSync(join(ROOT, "Cargo.toml"), "utf8"),
      [CONFIG]: "",
      "bin/cargo": [
        "#!/bin/sh",
        'echo "$@" >> "$CARGO_CALLS"',
        'while [ $# -gt 0 ]; do [ "$1" = --lambda-dir ] && echo built > "$2/bootstrap"; shift; done',
        "",
      ].join("\n"),
    });
    chmodSync(join(root, "bin/cargo"), 0o755);
    vi.stubEnv("PATH", `${join(root, "bin")}:${process.env.PATH}`);
    vi.stubEnv("CARGO_CALLS", join(root, "cargo-calls"));
    const { cli } = fakeCli(root);
    class Built extends OathgateCode {
      override program() {
        return cli.command;
      }
      override functionSources() {
        return builtByCargo(root, join(root, CONFIG), cli);
      }
    }

    const template = Template.fromStack(stackOf({ code: new Built() }));

    const builds = readFileSync(join(root, "cargo-calls"), "utf8")
      .split("\n")
      .filter((call) => call.startsWith("lambda build"))
      .map((call) => call.replace(/--lambda-dir \S+ /, ""));
    expect(builds.sort()).toEqual([
      "lambda build --release --arm64 --bin bootstrap --flatten bootstrap --locked",
      "lambda build --release --arm64 --bin oathgate-signing-keys --flatten oathgate-signing-keys --locked",
    ]);
    template.resourceCountIs("AWS::Lambda::Function", 2);
  });
});
