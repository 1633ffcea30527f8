import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { LEAST, stackOf, templateOf } from "./synth";

const ZONE = "Z0123456789ABCDEFGHIJ";
const CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f";

const stageWith = (text: string) => templateOf({ stage: `${LEAST}${text}` });
const inZone = (more = "") => `domain: { name: api.example.com, hostedZoneId: ${ZONE}${more} }\n`;

/** The variables of the function that decides. */
function variables(template: Template): Record<string, unknown> {
  const functions = template.findResources("AWS::Lambda::Function", {
    Properties: { Description: Match.stringLikeRegexp("^Decides requests by Ory Oathkeeper's rules") },
  });
  return Object.values(functions)[0]?.Properties.Environment.Variables;
}

describe("a stage's domain", () => {
  it("has its own certificate, and records in its hosted zone for IPv4 and IPv6", () => {
    const template = stageWith(inZone());
    template.hasResourceProperties("AWS::CertificateManager::Certificate", {
      DomainName: "api.example.com",
      DomainValidationOptions: [{ DomainName: "api.example.com", HostedZoneId: ZONE }],
      ValidationMethod: "DNS",
    });
    const [certificate] = Object.keys(template.findResources("AWS::CertificateManager::Certificate"));
    template.hasResourceProperties("AWS::ApiGateway::DomainName", {
      DomainName: "api.example.com",
      RegionalCertificateArn: { Ref: certificate },
      EndpointConfiguration: { Types: ["REGIONAL"], IpAddressType: "dualstack" },
    });
    const records = Object.values(template.findResources("AWS::Route53::RecordSet"));
    expect(records.map(({ Properties }) => Properties.Type)).toEqual(["A", "AAAA"]);
    for (const { Properties } of records) {
      expect(Properties).toMatchObject({ HostedZoneId: ZONE, Name: "api.example.com." });
      expect(JSON.stringify(Properties.AliasTarget)).toContain("RegionalDomainName");
    }
  });

  it("may use an existing certificate and other records, and outputs the records' target", () => {
    const template = stageWith(`domain: { name: api.example.com, certificateArn: "${CERTIFICATE}" }\n`);
    template.resourceCountIs("AWS::CertificateManager::Certificate", 0);
    template.resourceCountIs("AWS::Route53::RecordSet", 0);
    template.hasResourceProperties("AWS::ApiGateway::DomainName", { RegionalCertificateArn: CERTIFICATE });
    template.hasOutput("DomainTarget", { Value: { "Fn::GetAtt": [Match.anyValue(), "RegionalDomainName"] } });
    template.hasOutput("DomainUrl", { Value: "https://api.example.com/" });
  });

  it("is mapped to the API's stage, at its root or at a base path", () => {
    const [stage] = Object.keys(stageWith(inZone()).findResources("AWS::ApiGateway::Stage"));
    stageWith(inZone()).hasResourceProperties("AWS::ApiGateway::BasePathMapping", {
      BasePath: Match.absent(),
      Stage: { Ref: stage },
    });
    stageWith(inZone(", basePath: /orders")).hasResourceProperties("AWS::ApiGateway::BasePathMapping", {
      BasePath: "orders",
    });
    const deep = stageWith(inZone(", basePath: /shop/orders"));
    deep.resourceCountIs("AWS::ApiGateway::BasePathMapping", 0);
    deep.hasResourceProperties("AWS::ApiGatewayV2::ApiMapping", {
      ApiMappingKey: "shop/orders",
      Stage: { Ref: stage },
    });
  });

  it("is passed to the function: the host that rules are written for, and the base path", () => {
    expect(variables(stageWith(inZone(", basePath: /orders")))).toMatchObject({
      OATHGATE_PUBLIC_HOST: "api.example.com",
      OATHGATE_BASE_PATH: "/orders",
    });
    // A proxy in front may have a host of its own.
    expect(variables(stageWith(`publicHost: www.example.com\n${inZone()}`))).toMatchObject({
      OATHGATE_PUBLIC_HOST: "www.example.com",
    });
    expect(variables(stageWith(inZone()))).not.toHaveProperty("OATHGATE_BASE_PATH");
  });

  it("requires TLS 1.2 or newer by default, like the API, whose policy applies", () => {
    const policy = { SecurityPolicy: "SecurityPolicy_TLS13_1_2_2021_06" };
    stageWith(inZone()).hasResourceProperties("AWS::ApiGateway::DomainName", {
      ...policy,
      EndpointAccessMode: "STRICT",
    });
    stageWith(inZone()).hasResourceProperties("AWS::ApiGateway::RestApi", {
      ...policy,
      EndpointAccessMode: "BASIC",
    });
    const chosen = stageWith(inZone(", tlsPolicy: SecurityPolicy_TLS13_1_3_2025_09"));
    for (const type of ["AWS::ApiGateway::DomainName", "AWS::ApiGateway::RestApi"]) {
      chosen.hasResourceProperties(type, { SecurityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" });
    }
  });

  it("may require client certificates if API Gateway's own host name is disabled", () => {
    const trust = "s3://example-truststore/clients.pem";
    const template = stageWith(
      `disableExecuteApiEndpoint: true\n${inZone(`, mutualTls: { truststoreUri: "${trust}", truststoreVersion: v7 }`)}`,
    );
    template.hasResourceProperties("AWS::ApiGateway::DomainName", {
      SecurityPolicy: "TLS_1_2",
      EndpointAccessMode: Match.absent(),
      MutualTlsAuthentication: { TruststoreUri: trust, TruststoreVersion: "v7" },
    });
    template.hasResourceProperties("AWS::ApiGateway::RestApi", {
      DisableExecuteApiEndpoint: true,
      SecurityPolicy: Match.absent(),
    });
  });

  it("is the API's only host once API Gateway's own host name is disabled, by a new deployment", () => {
    const on = stageWith(inZone());
    const off = stageWith(`disableExecuteApiEndpoint: true\n${inZone()}`);
    off.hasOutput("ApiUrl", { Value: "https://api.example.com/" });
    expect(JSON.stringify(on.findOutputs("ApiUrl"))).toContain("execute-api");
    const deployment = (template: Template) =>
      Object.keys(template.findResources("AWS::ApiGateway::Deployment"));
    expect(deployment(off)).not.toEqual(deployment(on));
  });
});

describe("a stage with a web ACL", () => {
  it("is associated with it before the API's stage exists", () => {
    const acl =
      "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/gate/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f";
    const template = stageWith(`webAclArn: ${acl}\n`);
    const [api] = Object.keys(template.findResources("AWS::ApiGateway::RestApi"));
    const [stage] = Object.keys(template.findResources("AWS::ApiGateway::Stage"));
    template.hasResourceProperties("AWS::WAFv2::WebACLAssociation", {
      WebACLArn: acl,
      ResourceArn: {
        "Fn::Join": [
          "",
          [
            "arn:",
            { Ref: "AWS::Partition" },
            ":apigateway:",
            { Ref: "AWS::Region" },
            "::/restapis/",
            { Ref: api },
            "/stages/",
            { Ref: stage },
          ],
        ],
      },
    });
  });
});

describe("limits of single methods", () => {
  it("apply at the root and below it, in addition to those of all methods", () => {
    const text =
      "throttle: { rateLimit: 50, burstLimit: 90, methods: { POST: { rateLimit: 5, burstLimit: 9 } } }\n";
    const of = (ResourcePath: string, HttpMethod: string, rate: number, burst: number) =>
      Match.objectLike({
        ResourcePath,
        HttpMethod,
        ThrottlingRateLimit: rate,
        ThrottlingBurstLimit: burst,
        LoggingLevel: Match.absent(),
      });
    stageWith(text).hasResourceProperties("AWS::ApiGateway::Stage", {
      MethodSettings: [of("/*", "*", 50, 90), of("/", "POST", 5, 9), of("/~1{proxy+}", "POST", 5, 9)],
    });
  });
});

describe("system logs", () => {
  it("of API Gateway contain its errors, of every method, and never the content of requests", () => {
    const template = stageWith(
      "systemLogs: { api: true }\nthrottle: { rateLimit: 50, burstLimit: 90, methods: { POST: { rateLimit: 5, burstLimit: 9 } } }\n",
    );
    const [stage] = Object.values(template.findResources("AWS::ApiGateway::Stage"));
    expect(stage?.Properties.MethodSettings).toHaveLength(3);
    for (const settings of stage?.Properties.MethodSettings ?? []) {
      expect(settings).toMatchObject({ LoggingLevel: "ERROR", DataTraceEnabled: false });
    }
  });

  it("of API Gateway are in the stack's log group, created before API Gateway creates one", () => {
    const template = stageWith(
      `systemLogs: { api: true }\nlogs: { retentionDays: 7, kmsKeyArn: "${KEY}" }\n`,
    );
    const [api] = Object.keys(template.findResources("AWS::ApiGateway::RestApi"));
    const [group] = Object.keys(
      template.findResources("AWS::Logs::LogGroup", {
        Properties: {
          LogGroupName: { "Fn::Join": ["", ["API-Gateway-Execution-Logs_", { Ref: api }, "/test"]] },
          RetentionInDays: 7,
          KmsKeyId: KEY,
        },
      }),
    );
    expect(group).toBeDefined();
    template.hasResource("AWS::ApiGateway::Stage", { DependsOn: Match.arrayWith([group]) });
  });

  it("of Lambda are JSON, and no line of the functions is dropped", () => {
    const template = stageWith("logs: { level: warn }\nsystemLogs: { functions: info }\n");
    template.allResourcesProperties("AWS::Lambda::Function", {
      LoggingConfig: Match.objectLike({
        LogFormat: "JSON",
        SystemLogLevel: "INFO",
        ApplicationLogLevel: "DEBUG",
      }),
    });
    // Lambda's level is a variable too, which must not be the function's.
    expect(variables(template)).toMatchObject({ OATHGATE_LOG_LEVEL: "warn" });
  });
});

describe("a key for the logs", () => {
  it("encrypts every log group of the stack", () => {
    const template = stageWith(
      `logs: { kmsKeyArn: "${KEY}" }\naccessLogs: true\nsystemLogs: { api: true }\n`,
    );
    template.resourceCountIs("AWS::Logs::LogGroup", 4);
    template.allResourcesProperties("AWS::Logs::LogGroup", { KmsKeyId: KEY });
  });
});

describe("concurrency", () => {
  const template = stageWith("concurrency: { reserved: 10, provisioned: 2 }\n");

  it("is reserved for the function that decides", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      Description: Match.stringLikeRegexp("^Decides requests by Ory Oathkeeper's rules"),
      ReservedConcurrentExecutions: 10,
    });
  });

  it("is provisioned for the current version, and removed from the previous one", () => {
    const [[id, resource] = []] = Object.entries(
      template.findResources("Custom::OathgateProvisionedConcurrency"),
    );
    const [version = ""] = Object.keys(template.findResources("AWS::Lambda::Version"));
    // What stays of an earlier version must cost nothing.
    template.hasResourceProperties("AWS::Lambda::Version", { ProvisionedConcurrencyConfig: Match.absent() });
    const { Create, Update, Delete } = resource?.Properties ?? {};
    const call = (joined: { "Fn::Join": [string, unknown[]] }) =>
      JSON.parse(
        joined["Fn::Join"][1]
          .map((part) => (typeof part === "string" ? part : JSON.stringify(part).replaceAll('"', "'")))
          .join(""),
      );
    expect(Update).toEqual(Create);
    expect(call(Create)).toMatchObject({
      action: "PutProvisionedConcurrencyConfig",
      parameters: {
        Qualifier: `{'Fn::GetAtt':['${version}','Version']}`,
        ProvisionedConcurrentExecutions: 2,
      },
      // Another version is another resource, and the former one is deleted.
      physicalResourceId: { id: `{'Ref':'${version}'}` },
    });
    expect(call(Delete)).toMatchObject({
      action: "DeleteProvisionedConcurrencyConfig",
      parameters: { Qualifier: `{'Fn::GetAtt':['${version}','Version']}` },
    });
    template.hasResource("AWS::ApiGateway::Stage", { DependsOn: Match.arrayWith([id]) });
  });

  it("is requested with permissions on this function alone", () => {
    const [fn] = Object.keys(
      template.findResources("AWS::Lambda::Function", {
        Properties: { Description: Match.stringLikeRegexp("^Decides requests by Ory Oathkeeper's rules") },
      }),
    );
    template.hasResourceProperties("AWS::IAM::Role", {
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyName: "NothingElse",
          PolicyDocument: Match.objectLike({
            Statement: [
              {
                Effect: "Allow",
                Action: [
                  "lambda:DeleteProvisionedConcurrencyConfig",
                  "lambda:PutProvisionedConcurrencyConfig",
                ],
                Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": [fn, "Arn"] }, ":*"]] },
              },
              Match.objectLike({ Action: ["logs:CreateLogStream", "logs:PutLogEvents"] }),
            ],
          }),
        },
      ],
    });
    template.resourceCountIs("AWS::IAM::Policy", 0);
  });

  it("adds nothing by default", () => {
    templateOf().resourceCountIs("Custom::OathgateProvisionedConcurrency", 0);
    templateOf().resourceCountIs("AWS::Lambda::Function", 2);
  });
});

describe("the monitoring of a stage", () => {
  it("has alarms that notify the stack's topic, or an existing one", () => {
    const own = stageWith("metricsNamespace: Gate\nalarms: { email: on-call@example.com }\n");
    own.resourceCountIs("AWS::CloudWatch::Alarm", 10);
    own.hasResourceProperties("AWS::SNS::Subscription", { Endpoint: "on-call@example.com" });
    const topic = "arn:aws:sns:eu-central-1:123456789012:on-call";
    const existing = stageWith(`metricsNamespace: Gate\nalarms: { topicArn: "${topic}" }\n`);
    existing.resourceCountIs("AWS::SNS::Topic", 0);
    existing.allResourcesProperties("AWS::CloudWatch::Alarm", { AlarmActions: [topic], OKActions: [topic] });
  });

  it("has alarms on the metrics that the function writes, and on the stage's time-out", () => {
    const template = stageWith(
      "metricsNamespace: Gate\ntimeoutSeconds: 5\nalarms: { email: on-call@example.com }\n",
    );
    expect(variables(template)).toMatchObject({
      OATHGATE_METRICS_NAMESPACE: "Gate",
      OATHGATE_METRICS_STAGE: "test",
    });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Metrics: [
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: {
              Namespace: "Gate",
              MetricName: "faults",
              Dimensions: [
                { Name: "fault", Value: "no_signing_key" },
                { Name: "stage", Value: "test" },
              ],
            },
          }),
        }),
      ],
    });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", { MetricName: "Duration", Threshold: 4000 });
  });

  it("has a dashboard if the stage sets it", () => {
    stageWith("metricsNamespace: Gate\ndashboard: true\n").resourceCountIs("AWS::CloudWatch::Dashboard", 1);
    stageWith("metricsNamespace: Gate\n").resourceCountIs("AWS::CloudWatch::Dashboard", 0);
  });
});

describe("a protected stage", () => {
  it("has a stack that CloudFormation does not delete", () => {
    expect(stackOf({ stage: `${LEAST}terminationProtection: true\n` }).terminationProtection).toBe(true);
    expect(stackOf().terminationProtection).toBe(false);
  });
});
