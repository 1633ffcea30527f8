import { describe, expect, it } from "vitest";
import { bootstrap } from "../pipeline/bootstrap";
import { readCdkFlags } from "../stages/preflight/cdk-flags";

const MADE = "arn:aws:iam::111111111111:policy/oathgate-execution-policy-Policy1-A1B2";

/** Bootstraps an account in which CloudFormation's role has these policies, and gives what ran and what was shown. */
function run(current: string | undefined, words: string[] = [], deployed: string | number = MADE) {
  const calls: string[] = [];
  const shown: string[] = [];
  const status = bootstrap({
    choice: "dev",
    flags: readCdkFlags(words, {}),
    words,
    current,
    cdk: (args) => {
      calls.push(args.join(" "));
      return 0;
    },
    deployPolicies: (args) => {
      calls.push(args.join(" "));
      return deployed;
    },
    show: (line) => shown.push(line),
  });
  return { status, calls, shown };
}

describe("bootstrapping an account", () => {
  it("gives CloudFormation the rights that stages need, made first and without any bootstrap", () => {
    const { status, calls } = run(undefined, ["--profile", "prod"]);
    expect(status).toBe(0);
    expect(calls).toEqual([
      "deploy --app tsx infra/bin/pipeline.ts oathgate-execution-policy -c pipeline=execution-policy -c stages=dev " +
        "-c @aws-cdk/core:bootstrapQualifier=hnb659fds --require-approval never --profile prod",
      `bootstrap -c stage=dev --profile prod --cloudformation-execution-policies ${MADE}`,
    ]);
  });

  it("updates rights that it granted before", () => {
    expect(run(MADE).calls).toHaveLength(2);
  });

  it.each([
    ["", "AdministratorAccess"],
    ["arn:aws:iam::aws:policy/PowerUserAccess", "PowerUserAccess"],
  ])("does not change the rights of other apps: %j", (current, said) => {
    const { calls, shown } = run(current);
    expect(calls).toEqual(["bootstrap -c stage=dev"]);
    expect(shown.join()).toContain(said);
    expect(shown.join()).toContain("--qualifier oathgate --toolkit-stack-name OathgateToolkit");
  });

  it("uses the policy that the caller names", () => {
    const words = ["--cloudformation-execution-policies", "arn:aws:iam::aws:policy/PowerUserAccess"];
    expect(run(undefined, words).calls).toEqual([
      "bootstrap -c stage=dev --cloudformation-execution-policies arn:aws:iam::aws:policy/PowerUserAccess",
    ]);
  });

  it("fails if the policy can't be created", () => {
    const { status, calls } = run(undefined, [], 3);
    expect(status).toBe(3);
    expect(calls).toHaveLength(1);
  });
});
