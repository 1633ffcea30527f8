import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtCli, namedCli, OathgateCli } from "../lib/oathgate-cli";
import { fakeCli, projectOf, refusal } from "./project";
import { PRINTED_REPORT, REPORT } from "./synth";

const CONFIG = "dist/dev/gate/config.yml";

function reportFrom(stdout: string) {
  const root = projectOf({ [CONFIG]: "" });
  return fakeCli(root, { headers: { stdout } }).cli.report(join(root, CONFIG));
}

const withHeaders = (...vouched: object[]) =>
  JSON.stringify({ vouched, www_authenticate: null, redirects: false, received: [] });

describe("checking the rules", () => {
  it("runs in the configuration's folder, so that its relative paths are valid", () => {
    const root = projectOf({ [CONFIG]: "" });
    const { cli, calls } = fakeCli(root);
    cli.checkRules(join(root, CONFIG), "`config`");
    expect(calls()).toMatchObject([
      {
        args: ["rules", "check", "--config", "config.yml", "--api-gateway"],
        folder: join(root, "dist/dev/gate"),
      },
    ]);
  });

  it("stops synth with every error, and without the notes", () => {
    const root = projectOf({ [CONFIG]: "" });
    const errors = ["error: rules.json: rule `a`: no `match`", "error: rules.json: rule `b`: no `match`"];
    const stdout = [...errors, "note: config.yml:5: ignored", "2 rules, 2 errors, 0 warnings", ""].join("\n");
    const { cli } = fakeCli(root, { check: { code: 1, stdout } });
    expect(refusal(() => cli.checkRules(join(root, CONFIG), "`config`, `rules`"))).toBe(
      [
        "`config`, `rules` can't be deployed: correct each error (`oathgate rules check` in dist/dev/gate):",
        ...errors.map((line) => `  ${line}`),
      ].join("\n"),
    );
  });

  it("reports a program that can't be started", () => {
    const root = projectOf({ [CONFIG]: "" });
    const cli = new OathgateCli(root, [join(root, "nowhere")]);
    expect(refusal(() => cli.checkRules(join(root, CONFIG), "`config`"))).toContain("can't be started");
  });
});

describe("the report on headers", () => {
  it("is the input of the stack", () => {
    expect(reportFrom(JSON.stringify(PRINTED_REPORT))).toEqual(REPORT);
  });

  it("may contain a challenge", () => {
    const text = JSON.stringify({ ...PRINTED_REPORT, www_authenticate: { realm: "gate" } });
    expect(reportFrom(text).wwwAuthenticate).toEqual({ realm: "gate" });
  });

  it.each<[string, string, string]>([
    ["no JSON", "none", "expected object, received undefined"],
    ["a header of another shape", withHeaders({ name: "X-User" }), "`vouched.0.header`"],
    [
      "a challenge that ends its own quotes",
      JSON.stringify({ ...PRINTED_REPORT, www_authenticate: { realm: "a'b" } }),
      "must not contain `'` or control characters",
    ],
  ])("is refused with %s", (_, text, said) => {
    expect(refusal(() => reportFrom(text))).toContain(said);
  });
});

describe("the program", () => {
  it("is the one that OATHGATE_CLI names", () => {
    const root = projectOf({ "bin/oathgate": "", "target/release/oathgate": "" });
    expect(namedCli(root, { OATHGATE_CLI: "bin/oathgate" })).toEqual([join(root, "bin/oathgate")]);
  });

  it("must exist if OATHGATE_CLI names it", () => {
    const root = projectOf({ "target/release/oathgate": "" });
    expect(refusal(() => namedCli(root, { OATHGATE_CLI: "bin/oathgate" }))).toContain(
      "OATHGATE_CLI names `bin/oathgate`",
    );
  });

  it("is built by cargo, even if an earlier build exists", () => {
    const root = projectOf({ "target/release/oathgate": "", "target/debug/oathgate": "" });
    const built: string[] = [];
    const command = builtCli(root, {}, (from) => built.push(from) > 0);
    expect(command).toEqual([join(root, "target/debug/oathgate")]);
    expect(built).toEqual([root]);
  });

  it("is in cargo's target folder", () => {
    const root = projectOf({});
    const command = builtCli(root, { CARGO_TARGET_DIR: "elsewhere" }, () => true);
    expect(command).toEqual([join(root, "elsewhere/debug/oathgate")]);
  });

  it("fails synth if cargo can't build it", () => {
    expect(refusal(() => builtCli(projectOf({}), {}, () => false))).toContain("cargo can't build");
  });
});
