import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { layOutGate, overlaid } from "../lib/gate-folder";
import { gateSourcesOf } from "../stages/gate-props";
import type { Stage } from "../stages/stage";
import { fakeCli, projectOf, refusal, stageIn } from "./project";
import { LEAST } from "./synth";

const CONFIG =
  "# ours\nlog:\n    level: info # as usual\naccess_rules: {repositories: ['file://./rules.json']}\n";

const layOut = (stage: Stage, cli: Parameters<typeof layOutGate>[1]) => layOutGate(gateSourcesOf(stage), cli);

describe("what a stage decides by", () => {
  it("is the configuration byte by byte if the stage changes nothing", () => {
    const root = projectOf({ "config/config.yml": CONFIG });
    const configFile = layOut(stageIn(root), fakeCli(root).cli);
    expect(configFile).toBe(join(root, "dist/dev/gate/config.yml"));
    expect(readFileSync(configFile, "utf8")).toBe(CONFIG);
  });

  it("has the files beside the configuration, but not the stages", () => {
    const root = projectOf({
      "config/config.yml": CONFIG,
      "config/more/rules.json": "[]",
      "config/stages/dev.yml": LEAST,
    });
    layOut(stageIn(root), fakeCli(root).cli);
    expect(readFileSync(join(root, "dist/dev/gate/more/rules.json"), "utf8")).toBe("[]");
    expect(existsSync(join(root, "dist/dev/gate/stages"))).toBe(false);
  });

  it("contains nothing of an earlier run", () => {
    const root = projectOf({ "config/config.yml": CONFIG, "dist/dev/gate/old.json": "[]" });
    layOut(stageIn(root), fakeCli(root).cli);
    expect(existsSync(join(root, "dist/dev/gate/old.json"))).toBe(false);
  });

  it("has the rules compiled with the stage's values", () => {
    const root = projectOf({ "config/config.yml": CONFIG, "rules/rules.jsonnet": "[]" });
    const { cli, calls } = fakeCli(root);
    layOut(stageIn(root, `${LEAST}rules:\n  values: { domain: example.com, version: v1 }\n`), cli);
    expect(calls()).toMatchObject([
      {
        folder: root,
        args: [
          ...["rules", "build", "rules/rules.jsonnet"],
          ...["--ext-str", "domain=example.com", "--ext-str", "version=v1"],
          ...["-o", join(root, "dist/dev/gate/rules.json")],
        ],
      },
    ]);
  });

  it("needs no Jsonnet", () => {
    const root = projectOf({ "config/config.yml": CONFIG, "config/rules.json": '[{"id":"own"}]' });
    layOut(stageIn(root), fakeCli(root).cli);
    expect(readFileSync(join(root, "dist/dev/gate/rules.json"), "utf8")).toBe('[{"id":"own"}]');
  });

  it.each(["config.yml", "../config.yml", "dist/config.yml", "dist/dev/gate/config.yml"])(
    "is refused where the whole project or what is built would be beside it: %s",
    (file) => {
      const root = join(projectOf({ [join("project", file)]: CONFIG }), "project");
      const refused = refusal(() =>
        layOut(stageIn(root, `${LEAST}config: { file: ${file} }\n`), fakeCli(root).cli),
      );
      expect(refused).toContain(`\`config.file\` of the stage \`dev\` names ${file}`);
      expect(refused).toContain("move it into a folder of its own, such as config/config.yml");
      expect(readFileSync(join(root, file), "utf8")).toBe(CONFIG);
    },
  );

  it("may be in any separate folder", () => {
    const root = join(
      projectOf({ "project/..ours/config.yml": CONFIG, "beside/config.yml": CONFIG }),
      "project",
    );
    for (const file of ["..ours/config.yml", "../beside/config.yml"]) {
      const configFile = layOut(stageIn(root, `${LEAST}config: { file: ${file} }\n`), fakeCli(root).cli);
      expect(readFileSync(configFile, "utf8")).toBe(CONFIG);
    }
  });

  it("is refused if the configuration is missing", () => {
    const root = projectOf({});
    const stage = stageIn(root, `${LEAST}config: { file: config/confg.yml }`);
    expect(refusal(() => layOut(stage, fakeCli(root).cli))).toBe(
      "`config.file` of the stage `dev` names config/confg.yml, which is not a file",
    );
  });

  it("is refused if the stage names missing rules", () => {
    const root = projectOf({ "config/config.yml": CONFIG });
    const stage = stageIn(root, `${LEAST}rules: { file: rules/rule.jsonnet }`);
    expect(refusal(() => layOut(stage, fakeCli(root).cli))).toBe(
      "`rules.file` of the stage `dev` names rules/rule.jsonnet, which is not a file",
    );
  });
});

describe("a stage's values over the configuration", () => {
  it("merge maps, replace everything else and keep the comments", () => {
    const text = overlaid(
      CONFIG,
      { log: { level: "debug", format: "json" }, access_rules: { repositories: ["file://./other.json"] } },
      "config.yml",
    );
    expect(parse(text)).toEqual({
      log: { level: "debug", format: "json" },
      access_rules: { repositories: ["file://./other.json"] },
    });
    expect(text).toContain("# ours");
    expect(text).toContain("level: debug # as usual");
  });

  it("may add sections and replace a value by a section", () => {
    expect(
      parse(overlaid("a: 1\n", { a: { b: 2 }, c: { d: { e: [1, { f: null }] } } }, "config.yml")),
    ).toEqual({
      a: { b: 2 },
      c: { d: { e: [1, { f: null }] } },
    });
  });

  it("can't override a file that is not valid YAML", () => {
    expect(refusal(() => overlaid("a: [1\n", { a: 1 }, "config/config.yml"))).toMatch(
      /^config\/config\.yml: this is not valid YAML: /,
    );
  });
});
