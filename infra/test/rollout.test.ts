import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import type { GateReport } from "../lib/gate-report";
import { describedContract } from "../lib/rollout/contract-description";
import { rolloutOf } from "../lib/rollout/rollout-options";
import { minutesOf, predefinedConfiguration, trafficShift } from "../lib/rollout/traffic-shift";
import { refusal } from "./project";
import { LEAST, REPORT, templateOf } from "./synth";

const METRICS = "metricsNamespace: Gate\n";
const SHIFTED = `${LEAST}${METRICS}rollout: { strategy: canary10Percent5Minutes }\n`;
const AT_ONCE = `${LEAST}${METRICS}`;
/** The rules set one header more. */
const OTHER_CONTRACT: Partial<GateReport> = {
  vouchedHeaders: [...REPORT.vouchedHeaders, { header: "X-Mail", contextKey: "x-mail" }],
};

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly [attribute: string]: unknown;
}

function all(template: Template, type: string): [string, Resource][] {
  return Object.entries<Resource>(template.toJSON().Resources).filter(([, { Type }]) => Type === type);
}

function only(template: Template, type: string): [string, Resource] {
  const found = all(template, type);
  expect(found).toHaveLength(1);
  return found[0] as [string, Resource];
}

describe("a strategy", () => {
  it.each([
    ["canary10Percent5Minutes", 5, "CodeDeployDefault.LambdaCanary10Percent5Minutes"],
    ["canary10Percent30Minutes", 30, "CodeDeployDefault.LambdaCanary10Percent30Minutes"],
    ["canary5Percent5Minutes", 5, undefined],
    ["canary10Percent1Minute", 1, undefined],
    ["linear10PercentEvery1Minute", 9, "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"],
    ["linear10PercentEvery10Minutes", 90, "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"],
    ["linear30PercentEvery2Minutes", 6, undefined],
  ])("is CodeDeploy's own if there is one: %s", (strategy, minutes, configuration) => {
    const shift = trafficShift(strategy);
    expect(shift && minutesOf(shift)).toBe(minutes);
    expect(shift && predefinedConfiguration(shift)).toBe(configuration);
  });

  it.each([
    "allAtOnce",
    "canary",
    "canary0Percent5Minutes",
    "canary100Percent5Minutes",
    "linear10Percent5Minutes",
  ])("does not shift requests: %s", (strategy) => {
    expect(trafficShift(strategy)).toBeUndefined();
  });
});

describe("rollout options of the library", () => {
  it.each<[string, Parameters<typeof rolloutOf>, string]>([
    [
      "an unknown strategy",
      [{ strategy: "slowly" }, true],
      "`rollout.strategy` is `slowly`; it must be `allAtOnce`",
    ],
    ["days", [{ strategy: "linear1PercentEvery30Minutes" }, true], "takes longer than 2880 minutes"],
    [
      "no metrics",
      [{ strategy: "canary10Percent5Minutes" }, false],
      "needs `metrics`: without metrics no alarm",
    ],
    [
      "too many versions",
      [{ keepVersions: 9 }],
      "`rollout.keepVersions` is 9; it must be a whole number from 0 to 8",
    ],
    ["half a version", [{ keepVersions: 0.5 }], "`rollout.keepVersions` is 0.5"],
    [
      "no threshold",
      [{ alarms: { errorPercent: 0 } }],
      "`rollout.alarms.errorPercent` is 0; it must be more than 0",
    ],
  ])("are refused with a message: %s", (_, options, said) => {
    expect(refusal(() => rolloutOf(...options))).toContain(said);
  });
});

describe("a stage that shifts requests", () => {
  const template = templateOf({ stage: SHIFTED });
  const [aliasId, alias] = only(template, "AWS::Lambda::Alias");
  const [groupId, group] = only(template, "AWS::CodeDeploy::DeploymentGroup");
  const [applicationId] = only(template, "AWS::CodeDeploy::Application");

  it("has an alias of the contract, which CodeDeploy moves", () => {
    const [versionId] = only(template, "AWS::Lambda::Version");
    expect(alias.Properties.FunctionVersion).toEqual({ "Fn::GetAtt": [versionId, "Version"] });
    expect(alias.UpdatePolicy).toEqual({
      CodeDeployLambdaAliasUpdate: {
        ApplicationName: { Ref: applicationId },
        DeploymentGroupName: { Ref: groupId },
      },
    });
    const contract = describedContract(String(alias.Properties.Description));
    expect(contract).toBeDefined();
    expect(aliasId.endsWith(String(contract))).toBe(true);
    template.hasResourceProperties("AWS::Lambda::Function", { Description: alias.Properties.Description });
  });

  it("reverts a shift when an alarm goes off", () => {
    const alarms = all(template, "AWS::CloudWatch::Alarm").map(([id]) => ({ Name: { Ref: id } }));
    expect(alarms).toHaveLength(5);
    expect(group.Properties).toMatchObject({
      AlarmConfiguration: { Enabled: true, Alarms: alarms },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
      },
      DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      DeploymentStyle: { DeploymentOption: "WITH_TRAFFIC_CONTROL", DeploymentType: "BLUE_GREEN" },
    });
  });

  it.each([
    ["linear25PercentEvery7Minutes", "TimeBasedLinear", { LinearPercentage: 25, LinearInterval: 7 }],
    ["canary1Percent60Minutes", "TimeBasedCanary", { CanaryPercentage: 1, CanaryInterval: 60 }],
  ])("has its own configuration if CodeDeploy has none: %s", (strategy, type, times) => {
    const own = templateOf({ stage: `${AT_ONCE}rollout: { strategy: ${strategy} }\n` });
    const [id, { Properties }] = only(own, "AWS::CodeDeploy::DeploymentConfig");
    expect(Properties).toEqual({
      ComputePlatform: "Lambda",
      TrafficRoutingConfig: { Type: type, [type]: times },
    });
    own.hasResourceProperties("AWS::CodeDeploy::DeploymentGroup", { DeploymentConfigName: { Ref: id } });
  });

  it("lets CodeDeploy move aliases of that function, read alarms, and do nothing else", () => {
    const functionArn = { "Fn::GetAtt": [Match.stringLikeRegexp("^AuthorizerFunction"), "Arn"] };
    template.hasResourceProperties("AWS::IAM::Role", {
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: "codedeploy.amazonaws.com" } }] },
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
                Effect: "Allow",
                Resource: [functionArn, { "Fn::Join": ["", [functionArn, ":*"]] }],
              },
              { Action: "cloudwatch:DescribeAlarms", Effect: "Allow", Resource: "*" },
            ],
          },
        },
      ],
    });
  });

  it("has alarms that 401s and 403s do not trip", () => {
    const looked = JSON.stringify(
      all(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties),
    );
    expect(looked).not.toMatch(/"Errors"|4XXError|unauthorized|"deny"/);
    for (const metric of ["decisions", "faults", "Duration", "crashes.test", "Throttles"]) {
      expect(looked).toContain(`"MetricName":"${metric}"`);
    }
    for (const [, { Properties }] of all(template, "AWS::CloudWatch::Alarm")) {
      expect(Properties).toMatchObject({ TreatMissingData: "notBreaching", EvaluationPeriods: 1 });
    }
  });

  it("compares latency with the time-out, and takes other thresholds", () => {
    const thresholds = (text: string) =>
      all(templateOf({ stage: text }), "AWS::CloudWatch::Alarm").map(
        ([, { Properties }]) => Properties.Threshold,
      );
    expect(thresholds(SHIFTED)).toEqual([1, 5, 5000, 1, 1]);
    const alarms = "alarms: { errorPercent: 3, upstreamFailurePercent: 20, latencyPercent: 80 }";
    expect(
      thresholds(`${AT_ONCE}timeoutSeconds: 5\nrollout: { strategy: canary10Percent5Minutes, ${alarms} }\n`),
    ).toEqual([3, 20, 4000, 1, 1]);
  });

  it("counts environments that ended, by Lambda's log lines about them", () => {
    const [, { Properties }] = only(template, "AWS::Logs::MetricFilter");
    expect(Properties).toMatchObject({
      FilterPattern:
        '?"Task timed out" ?"Runtime exited" ?"Runtime.ExitError" ?"Status: timeout" ?"\\"status\\":\\"timeout\\""',
      MetricTransformations: [{ MetricName: "crashes.test", MetricNamespace: "Gate", MetricValue: "1" }],
    });
  });

  it("calls the alias from each deployment, after it has moved", () => {
    const [authorizerId, authorizer] = only(template, "AWS::ApiGateway::Authorizer");
    const [permissionId, permission] = only(template, "AWS::Lambda::Permission");
    const [, stage] = only(template, "AWS::ApiGateway::Stage");
    expect(JSON.stringify(authorizer.Properties.AuthorizerUri)).toContain(`{"Ref":"${aliasId}"}`);
    expect(authorizer.Properties.Name).toEqual(alias.Properties.Name);
    expect(permission.Properties.FunctionName).toEqual({ Ref: aliasId });
    expect(stage.DependsOn).toEqual(expect.arrayContaining([aliasId, authorizerId, permissionId]));
  });
});

/** Resources that a deployment of the API calls, or that name what it calls. */
const CALLED = [
  "AWS::Lambda::Alias",
  "AWS::CodeDeploy::DeploymentGroup",
  "AWS::ApiGateway::Authorizer",
  "AWS::Lambda::Permission",
  "AWS::ApiGateway::Deployment",
];

describe("the next version", () => {
  const ids = (change: Parameters<typeof templateOf>[0], type: string) =>
    all(templateOf(change), type).map(([id]) => id);
  const other = `${SHIFTED}memorySize: 512\n`;

  it.each(CALLED)("is called by the same %s if the contract is the same", (type) => {
    expect(ids({ stage: other }, type)).toEqual(ids({ stage: SHIFTED }, type));
    expect(ids({ stage: other }, "AWS::Lambda::Version")).not.toEqual(
      ids({ stage: SHIFTED }, "AWS::Lambda::Version"),
    );
  });

  it.each(CALLED)("has another %s if the contract differs", (type) => {
    expect(ids({ stage: SHIFTED, report: OTHER_CONTRACT }, type)).not.toEqual(ids({ stage: SHIFTED }, type));
  });

  it.each(CALLED.slice(2))("has another %s if the stage begins or ends to shift requests", (type) => {
    expect(ids({ stage: AT_ONCE }, type)).not.toEqual(ids({ stage: SHIFTED }, type));
  });

  it("keeps the alias of the earlier contract, under a name that is never reused", () => {
    const [, alias] = only(templateOf({ stage: SHIFTED }), "AWS::Lambda::Alias");
    const [group] = only(templateOf({ stage: SHIFTED }), "AWS::CodeDeploy::DeploymentGroup");
    expect(alias).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
    // CloudFormation's own name, with a random end.
    expect(alias.Properties.Name).toEqual({ Ref: group });
    expect(
      only(templateOf({ stage: SHIFTED }), "AWS::CodeDeploy::DeploymentGroup")[1].Properties,
    ).not.toHaveProperty("DeploymentGroupName");
  });
});
