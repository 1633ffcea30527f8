import { describe, expect, it } from "vitest";
import { type MultiStageCommand, runStages } from "../stages/run-stages";
import { packagedBinaries, requireSameBinaries } from "../stages/same-binaries";
import { projectOf, refusal } from "./project";

/** A synthesised app: each stack's function, by the text of its `bootstrap`. */
function assemblyOf(stacks: Record<string, { bootstrap: string; architecture?: string }>): string {
  return projectOf(
    Object.fromEntries(
      Object.entries(stacks).flatMap(([stack, { bootstrap, architecture = "arm64" }]) => [
        [
          `${stack}.template.json`,
          JSON.stringify({
            Resources: {
              Gate: {
                Type: "AWS::Lambda::Function",
                Properties: { Architectures: [architecture], Code: { S3Key: `${stack}.zip` } },
              },
              Bucket: { Type: "AWS::S3::Bucket" },
            },
          }),
        ],
        [
          `${stack}.assets.json`,
          JSON.stringify({ files: { [stack]: { source: { path: `asset.${stack}` } } } }),
        ],
        [`asset.${stack}/bootstrap`, bootstrap],
        [`asset.${stack}/gate.packed`, `the rules of ${stack}`],
      ]),
    ),
  );
}

/** Runs stages with a command line that fails for one stack, and gives what it was called with and what was shown. */
function run(
  failing: string | undefined,
  { command = "deploy", other = "one" }: { command?: MultiStageCommand; other?: string } = {},
) {
  const calls: string[] = [];
  const shown: string[] = [];
  const assembly = assemblyOf({
    "oathgate-dev": { bootstrap: "one" },
    "oathgate-test": { bootstrap: other },
    "oathgate-prod": { bootstrap: "one" },
  });
  const act = () =>
    runStages({
      command,
      names: ["dev", "test", "prod"],
      choices: "dev,test,prod",
      assembly,
      flags: ["--require-approval", "never"],
      cdk: (args) => {
        calls.push(args.join(" ").replaceAll(assembly, "OUT"));
        return failing !== undefined && args.includes(failing) ? 3 : 0;
      },
      show: (line) => shown.push(line),
    });
  return { act, calls, shown };
}

describe("several stages in one run", () => {
  it("are one app, deployed one after the other in the order in which they are named", () => {
    const { act, calls, shown } = run(undefined);
    expect(act()).toBe(0);
    expect(calls).toEqual([
      "synth --quiet -c stages=dev,test,prod --output OUT --require-approval never",
      "deploy --app OUT oathgate-dev --require-approval never",
      "deploy --app OUT oathgate-test --require-approval never",
      "deploy --app OUT oathgate-prod --require-approval never",
    ]);
    expect(shown.slice(-3)).toEqual(["stage dev: deployed", "stage test: deployed", "stage prod: deployed"]);
  });

  it("end with the first that fails, and report those that were deployed", () => {
    const { act, calls, shown } = run("oathgate-test");
    expect(act()).toBe(3);
    expect(calls.at(-1)).toContain("oathgate-test");
    expect(shown.slice(-3)).toEqual([
      "stage dev: deployed",
      "stage test: deploy failed",
      "stage prod: not started",
    ]);
  });

  it("change nothing if the app can't be synthesised", () => {
    const { act, calls, shown } = run("synth");
    expect(act()).toBe(3);
    expect(calls).toHaveLength(1);
    expect(shown).toEqual(["synth failed; nothing was changed"]);
  });

  it("are shown without being changed", () => {
    const { act, calls } = run(undefined, { command: "diff" });
    expect(act()).toBe(0);
    expect(calls.slice(1).every((call) => call.startsWith("diff "))).toBe(true);
  });

  it("are refused before any is changed if their binaries differ", () => {
    const { act, calls } = run(undefined, { other: "another" });
    expect(refusal(act)).toContain("Gate for arm64: the binaries of oathgate-test and oathgate-dev differ");
    expect(calls).toHaveLength(1);
  });
});

describe("the binaries of an app", () => {
  it("are compared by architecture", () => {
    const assembly = assemblyOf({
      one: { bootstrap: "a" },
      two: { bootstrap: "b", architecture: "x86_64" },
      three: { bootstrap: "a" },
    });
    const lines = requireSameBinaries(packagedBinaries(assembly, ["one", "two", "three"]));
    expect(lines.map((line) => line.replace(/^[0-9a-f]{64}/, "…"))).toEqual([
      "…  Gate for arm64: one, three",
      "…  Gate for x86_64: two",
    ]);
  });

  it("are read from the packages that the stacks name", () => {
    const assembly = assemblyOf({ one: { bootstrap: "a" } });
    expect(packagedBinaries(assembly, ["one"])).toEqual([
      {
        stack: "one",
        functionId: "Gate",
        architecture: "arm64",
        digest: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
      },
    ]);
  });
});
