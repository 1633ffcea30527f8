import { App, Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { describe, expect, it } from "vitest";
import { AlarmTopic } from "../lib/constructs/alarm-topic";
import { GateAlarms } from "../lib/constructs/alarms";
import { GateDashboard } from "../lib/constructs/dashboard";
import { GateMetrics } from "../lib/constructs/gate-metrics";

const EMAIL = "on-call@example.com";

/** An app of somebody's own that watches a gate's function and an API. */
function watched(): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), "watched");
  const gate = LambdaFunction.fromFunctionName(stack, "Function", "gate");
  const api = new RestApi(stack, "Api", { restApiName: "orders", deployOptions: { stageName: "live" } });
  api.root.addMethod("GET", new MockIntegration());
  const metrics = new GateMetrics({ namespace: "Gate", stage: "prod", function: gate });
  const { topic } = new AlarmTopic(stack, "Contact", { email: EMAIL });
  const apiStage = api.deploymentStage;
  new GateAlarms(stack, "Alarms", { metrics, timeout: Duration.seconds(10), apiStage, topic });
  new GateDashboard(stack, "Dashboard", { metrics, apiStage });
  return Template.fromStack(stack);
}

const template = watched();

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: Dimension[] };
  };
}
type Dimension = { readonly Name: string; readonly Value: unknown };
type AlarmProperties = {
  AlarmDescription: string;
  ComparisonOperator: string;
  Dimensions?: Dimension[];
  EvaluationPeriods: number;
  MetricName?: string;
  Metrics?: Query[];
  Threshold: number;
  TreatMissingData: string;
};

/** Every alarm, by its name. */
const alarms = new Map(
  Object.entries(template.findResources("AWS::CloudWatch::Alarm")).map(([id, { Properties }]) => [
    id.replace(/^Alarms|[0-9A-F]{8}$/g, ""),
    Properties as AlarmProperties,
  ]),
);

/** A metric's name as the cases below write it: with the dimension that tells it from its like. */
function nameOf(metric: string, dimensions: readonly Dimension[]): string {
  const of = dimensions.find(({ Name }) => Name === "outcome" || Name === "fault");
  return of === undefined ? metric : `${metric}.${of.Value}`;
}

/** What an alarm compares with its threshold, computed as CloudWatch's metric math does; nothing where data is missing. */
function value(alarm: AlarmProperties, data: Readonly<Record<string, number>>): number | undefined {
  if (alarm.MetricName !== undefined) {
    return data[nameOf(alarm.MetricName, alarm.Dimensions ?? [])];
  }
  const metrics = (alarm.Metrics ?? []).flatMap(({ Id, MetricStat }) =>
    MetricStat === undefined ? [] : [{ Id, ...MetricStat.Metric }],
  );
  // Without an expression there is one metric, which is looked at as it is.
  const [{ Expression = metrics[0]?.Id } = {}] = (alarm.Metrics ?? []).filter(
    ({ Expression }) => Expression !== undefined,
  );
  const known = metrics.map(
    ({ MetricName, Dimensions }) => data[nameOf(MetricName, Dimensions)] ?? Number.NaN,
  );
  const compute = new Function("IF", "FILL", ...metrics.map(({ Id }) => Id), `return ${Expression};`);
  const result: number = compute(
    (condition: boolean, yes: number, no: number) => (condition ? yes : no),
    (metric: number, missing: number) => (Number.isNaN(metric) ? missing : metric),
    ...known,
  );
  return Number.isNaN(result) ? undefined : result;
}

/** The alarms that go off when every period is like this one. */
function ringing(data: Readonly<Record<string, number>>): string[] {
  return [...alarms]
    .filter(([, alarm]) => (value(alarm, data) ?? 0) > alarm.Threshold)
    .map(([name]) => name)
    .sort();
}

const QUIET = { Invocations: 1000, Errors: 0, Duration: 40, Throttles: 0, "5XXError": 0, Count: 1000 };

describe("an alarm", () => {
  it.each<[string, Record<string, number>, string[]]>([
    ["nothing happens", {}, []],
    ["all is well", { "decisions.allow": 1000 }, []],
    ["no user is logged in", { Errors: 1000, "decisions.unauthorized": 1000 }, []],
    ["everybody is refused", { "decisions.deny": 1000 }, []],
    ["four in a thousand are not decided", { Errors: 4, "decisions.error": 4 }, []],
    ["two in a hundred are not decided", { Errors: 20, "decisions.error": 20 }, ["Undecided"]],
    ["one request of a quiet night is not decided", { Invocations: 2, Errors: 1, "decisions.error": 1 }, []],
    [
      "401s hide what ended without a decision",
      { Errors: 520, "decisions.unauthorized": 500 },
      ["FunctionErrors"],
    ],
    [
      "the session service is down, and rules make that a 401",
      { Errors: 200, "decisions.unauthorized": 200, "faults.service_failed": 200 },
      ["ServiceFailures"],
    ],
    ["the session service answers with pages", { "faults.answer_unfit": 200 }, ["UnfitAnswers"]],
    ["there is no key", { "faults.no_signing_key": 1 }, ["NoSigningKey"]],
    ["a key set is not read", { "faults.worked_around": 1 }, ["KeySetNotRead"]],
    ["a rule cannot work", { "faults.misconfigured": 1 }, ["Misconfigured"]],
    ["decisions take long", { Duration: 8001 }, ["NearTimeout"]],
    ["Lambda refuses", { Throttles: 1 }, ["Throttled"]],
    ["the backend fails", { "5XXError": 51 }, ["ApiServerErrors"]],
  ])("changes to ALARM when it should: %s", (_, data, expected) => {
    expect(ringing({ ...QUIET, ...data })).toEqual(expected);
  });

  it("says what to do, and does not go off without data", () => {
    expect(alarms.size).toBe(10);
    for (const alarm of alarms.values()) {
      expect(alarm.AlarmDescription.length).toBeGreaterThan(150);
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
      expect(alarm.ComparisonOperator).toBe("GreaterThanThreshold");
      expect(alarm.TreatMissingData).toBe("notBreaching");
    }
    expect(ringing({})).toEqual([]);
  });

  it("never uses Lambda's errors without subtracting the 401s", () => {
    for (const [name, alarm] of alarms) {
      const looksAt = JSON.stringify(alarm);
      if (looksAt.includes('"Errors"')) {
        expect([name, looksAt.includes('"unauthorized"')]).toEqual([name, true]);
      }
    }
  });

  it("notifies the topic when it goes off and when it ends", () => {
    const topic = [{ Ref: Object.keys(template.findResources("AWS::SNS::Topic"))[0] }];
    template.allResourcesProperties("AWS::CloudWatch::Alarm", { AlarmActions: topic, OKActions: topic });
  });
});

describe("the alarms' topic", () => {
  it("is encrypted with a key that CloudWatch may use for this account's alarms", () => {
    const [key] = Object.keys(template.findResources("AWS::KMS::Key"));
    template.hasResourceProperties("AWS::SNS::Topic", { KmsMasterKeyId: { "Fn::GetAtt": [key, "Arn"] } });
    template.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Delete",
      Properties: {
        EnableKeyRotation: true,
        PendingWindowInDays: 7,
        KeyPolicy: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
            }),
          ]),
        },
      },
    });
  });

  it("takes messages from this account's alarms, and over TLS only", () => {
    template.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
          Match.objectLike({
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          }),
        ],
      },
    });
    template.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: EMAIL });
  });
});

describe("the dashboard", () => {
  it("shows the metrics that the authorizer writes, and the API's", () => {
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const body = JSON.stringify(dashboard?.Properties.DashboardBody).replaceAll("\\", "");
    for (const metric of ["decisions", "faults", "ms", "upstreamMs", "Throttles", "5XXError", "Latency"]) {
      expect(body).toContain(`"${metric}"`);
    }
    expect(body).toContain('"decisions","outcome","unauthorized","stage","prod"');
    expect(body).toContain('"faults","fault","no_signing_key","stage","prod"');
  });
});
