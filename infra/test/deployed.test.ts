import { describe, expect, it } from "vitest";
import { contractDescription, describedContract } from "../lib/rollout/contract-description";
import { calledFunction, deploymentDescription } from "../lib/rollout/deployment-description";
import { candidateOf, candidatesOf, previousOf } from "../stages/deployed/candidates";
import { surplusOf } from "../stages/deployed/prune";
import type { StageInAws } from "../stages/deployed/stage-in-aws";
import { templateServing } from "../stages/deployed/template-of-served";
import { FUNCTION, stageInAws } from "./deployed-stage";
import { refusal } from "./project";

describe("a description", () => {
  it("of a deployment is read back unchanged", () => {
    const called = { functionName: FUNCTION, qualifier: "7", authorizerId: "ab12cd" };
    expect(calledFunction(deploymentDescription(called))).toEqual(called);
  });

  it.each([undefined, "", "made by hand", "calls gate:7 by authorizer ", "calls gate by authorizer ab12cd"])(
    "of somebody else's deployment is not: %s",
    (text) => {
      expect(calledFunction(text)).toBeUndefined();
    },
  );

  it("of a version names its contract", () => {
    expect(describedContract(contractDescription("0123456789abcdef"))).toBe("0123456789abcdef");
    expect(describedContract("Decides requests by Ory Oathkeeper's rules")).toBeUndefined();
  });
});

const ids = (stage: StageInAws) => candidatesOf(stage).map(({ id }) => id);

describe("what a stage could serve", () => {
  it("is each deployment that the stack made, newest first", () => {
    const stage = stageInAws({ versions: [5, 6, 7], served: 7, byHand: true });
    expect(ids(stage)).toEqual(["d7", "d6", "d5"]);
    expect(previousOf(candidatesOf(stage), "dev").id).toBe("d6");
  });

  it("contains, behind an alias, each version of its contract and no other", () => {
    const stage = stageInAws({
      versions: [5, 6, 7, 8],
      contracts: { 5: "other", 6: "same", 7: "same", 8: "same" },
      aliases: { live: { version: 8, contract: "same" } },
      served: "live",
    });
    expect(ids(stage)).toEqual(["dlive/8", "dlive/7", "dlive/6"]);
    expect(previousOf(candidatesOf(stage), "dev").version).toBe(7);
  });

  it("contains only its own version for an alias that is not served", () => {
    const stage = stageInAws({
      versions: [6, 7, 8],
      contracts: { 6: "old", 7: "old", 8: "new" },
      aliases: { before: { version: 7, contract: "old" }, live: { version: 8, contract: "new" } },
      served: "live",
    });
    expect(ids(stage)).toEqual(["dlive/8", "dbefore/7"]);
    expect(previousOf(candidatesOf(stage), "dev").id).toBe("dbefore/7");
  });

  it.each<[string, Partial<Parameters<typeof stageInAws>[0]>, string]>([
    ["version", { versions: [7] }, `version 6 of ${FUNCTION}`],
    ["authorizer", { withoutAuthorizers: [6] }, "the authorizer a6"],
  ])("lacks its %s if that was deleted", (_, gone, said) => {
    const stage = stageInAws({ versions: [6, 7], deployments: [6, 7], served: 7, ...gone });
    expect(candidateOf(candidatesOf(stage), "d6", "dev").missing).toEqual([said]);
    expect(candidateOf(candidatesOf(stage), "d7", "dev").missing).toEqual([]);
  });

  const refusals: Record<string, [() => unknown, string]> = {
    "nothing is older": [
      () => previousOf(candidatesOf(stageInAws({ versions: [7], served: 7 })), "dev"),
      "there is nothing to roll back to: no deployment older than the one that the stage `dev` serves is kept",
    ],
    "it serves what somebody made by hand": [
      () => previousOf(candidatesOf(stageInAws({ versions: [6, 7], served: "hand", byHand: true })), "dev"),
      "serves a deployment that its stack did not create: set TO= to the one to serve instead: `d7`, `d6`",
    ],
    "there is no such deployment": [
      () => candidateOf(candidatesOf(stageInAws({ versions: [6, 7], served: 7 })), "nowhere", "dev"),
      "the stage `dev` has no deployment `nowhere`; the candidates are `d7`, `d6`",
    ],
    "it was mistyped": [
      () => candidateOf(candidatesOf(stageInAws({ versions: [12345, 7], served: 7 })), "d1245", "dev"),
      "did you mean `d12345`?",
    ],
  };

  it.each(Object.entries(refusals))("is refused with a message if %s", (_, [choose, said]) => {
    expect(refusal(choose)).toContain(said);
  });
});

describe("what can go", () => {
  const nothing = { deployments: [], authorizers: [], aliases: [], versions: [] };

  it("is everything older than the last ones", () => {
    const stage = stageInAws({ versions: [3, 4, 5, 6, 7], served: 7 });
    expect(surplusOf(stage, 2)).toEqual({
      ...nothing,
      deployments: ["d3", "d4"],
      authorizers: ["a3", "a4"],
      versions: [3, 4],
    });
  });

  it("excludes what a stage serves after a rollback, and the template's resources", () => {
    const stage = stageInAws({ versions: [3, 4, 5, 6, 7], served: 3, ofStack: 7 });
    expect(surplusOf(stage, 1)).toEqual({
      ...nothing,
      deployments: ["d4", "d5", "d6"],
      authorizers: ["a4", "a5", "a6"],
      // One version more is kept than deployments: it costs nothing, and a part of API Gateway may still call it.
      versions: [4, 5],
    });
  });

  it("excludes what another stage of the API serves", () => {
    const stage = stageInAws({ versions: [3, 4, 5, 6, 7], served: 7, elsewhere: 3 });
    expect(surplusOf(stage, 1).deployments).toEqual(["d4", "d5"]);
    expect(surplusOf(stage, 1).versions).toEqual([4, 5]);
  });

  it("excludes other projects' aliases, and versions behind an alias that stays", () => {
    const stage = stageInAws({
      versions: [2, 3, 4, 5, 6],
      contracts: { 6: "same" },
      aliases: { theirs: { version: 2, also: 3 }, live: { version: 6, contract: "same" } },
      served: "live",
      ofStack: "live",
    });
    expect(surplusOf(stage, 0)).toEqual({ ...nothing, versions: [4, 5] });
  });

  it("includes an alias that no deployment calls any more", () => {
    const stage = stageInAws({
      versions: [5, 6],
      contracts: { 5: "old", 6: "new" },
      aliases: { before: { version: 5, contract: "old" }, live: { version: 6, contract: "new" } },
      served: "live",
      ofStack: "live",
    });
    expect(surplusOf(stage, 1)).toEqual(nothing);
    expect(surplusOf(stage, 0)).toEqual({
      deployments: ["dbefore"],
      authorizers: ["abefore"],
      aliases: ["before"],
      versions: [5],
    });
  });

  it("is found again after a partial deletion", () => {
    const stage = stageInAws({ versions: [3, 4, 5, 6], deployments: [5, 6], served: 6 });
    expect(surplusOf(stage, 1)).toEqual({ ...nothing, authorizers: ["a3", "a4"], versions: [3, 4] });
  });

  it("is empty if it is not known what a stage serves", () => {
    const stage = stageInAws({ versions: [6, 7], served: "hand", byHand: true });
    expect(refusal(() => surplusOf(stage, 0))).toContain(
      "serves the deployment hand, which the stack oathgate-dev did not create",
    );
  });
});

describe("the template of a stage that was rolled back", () => {
  const template = (deployment: unknown, more: object = {}) => ({
    Resources: {
      Stage: { Type: "AWS::ApiGateway::Stage", Properties: { StageName: "dev", DeploymentId: deployment } },
      Deployment7: { Type: "AWS::ApiGateway::Deployment", Properties: {} },
      ...more,
    },
  });
  const alias = (version: unknown, more: object = {}) => ({
    Live: { Type: "AWS::Lambda::Alias", Properties: { Name: "live", FunctionVersion: version }, ...more },
    Version7: { Type: "AWS::Lambda::Version", Properties: {} },
  });
  const serving = (stage: StageInAws, to: string, before: object) =>
    JSON.parse(
      templateServing(JSON.stringify(before), stage.resources, candidateOf(candidatesOf(stage), to, "dev")),
    );

  it("names the earlier deployment by its id, and the template's own by its resource", () => {
    const stage = stageInAws({ versions: [6, 7], served: 7, ofStack: 7 });
    const own = template({ Ref: "Deployment7" });
    expect(serving(stage, "d6", own)).toEqual(template("d6"));
    expect(serving(stage, "d7", template("d6"))).toEqual(own);
    expect(templateServing(JSON.stringify(own, null, 1), stage.resources, previousAgain(stage))).toBe(
      JSON.stringify(own, null, 1),
    );
  });

  it("names an earlier version of the alias by its number, and prevents a shift of requests", () => {
    const stage = stageInAws({
      versions: [6, 7],
      contracts: { 6: "same", 7: "same" },
      aliases: { live: { version: 7, contract: "same" } },
      served: "live",
      ofStack: "live",
    });
    const shifted = { UpdatePolicy: { CodeDeployLambdaAliasUpdate: {} } };
    const own = { "Fn::GetAtt": ["Version7", "Version"] };
    expect(serving(stage, "dlive/6", template({ Ref: "Deployment7" }, alias(own, shifted)))).toEqual(
      template({ Ref: "Deployment7" }, alias("6")),
    );
    expect(serving(stage, "dlive/7", template({ Ref: "Deployment7" }, alias("6")))).toEqual(
      template({ Ref: "Deployment7" }, alias(own)),
    );
  });

  function previousAgain(stage: StageInAws) {
    return candidateOf(candidatesOf(stage), "d7", "dev");
  }
});
