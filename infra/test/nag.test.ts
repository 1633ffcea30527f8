import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { ROOT, stackOf } from "./synth";

/** What AWS's own checks may complain about, and why it is as it should be. */
const ACCEPTED: Record<string, string> = {
  "AwsSolutions-APIG1":
    "access logs need the account's logging role; a stage switches them on with `accessLogs`",
  "AwsSolutions-APIG2": "the gate hands on any request its rules allow; bodies are the backend's to validate",
  "AwsSolutions-APIG3":
    "a web application firewall belongs to the domain in front of the API, if there is one",
  "AwsSolutions-APIG6": "execution logs would hold the tokens that the gate hands to the backend",
  "AwsSolutions-COG4": "the gate itself authorises every request",
  "AwsSolutions-SMG4": "a new key has to be known to every backend before it signs, which no timer can tell",
};

const STAGES = ["dev.yml", "prod.yml", "local.yml"];

function stackOfStage(file: string) {
  const stack = stackOf({ stage: readFileSync(join(ROOT, "config/stages", file), "utf8") });
  return { stack, app: stack.node.root as App };
}

describe("AWS's own checks", () => {
  it.each(STAGES)("find nothing that was not thought through: %s", (file) => {
    const { stack, app } = stackOfStage(file);
    const plugin = new AwsSolutionsChecks(app);
    Validations.of(app).addPlugins(plugin);
    Validations.of(stack).acknowledge(
      ...Object.entries(ACCEPTED).map(([rule, reason]) => ({ id: `${plugin.name}::${rule}`, reason })),
    );
    expect(() => app.synth()).not.toThrow();
  });

  it("need every exception that is made", () => {
    const broken = STAGES.flatMap((file) =>
      new AwsSolutionsChecks()
        .validateScope(stackOfStage(file).app)
        .violations.map(({ ruleName }) => ruleName),
    );
    expect([...new Set(broken)].sort()).toEqual(Object.keys(ACCEPTED));
  });
});
