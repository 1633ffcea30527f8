import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { parseStage } from "../stages/stage";
import { APPLICATION, BACKENDS, FUNCTION, NETWORK } from "./backend-stages";
import { LEAST, templateOf } from "./synth";

/** The integrations of the root and of everything below it. */
function integrationsOf(template: Template): Record<string, unknown>[] {
  const methods = template.findResources("AWS::ApiGateway::Method", { Properties: { HttpMethod: "ANY" } });
  return Object.values(methods).map(({ Properties }) => Properties.Integration);
}

function idsOf(template: Template, type: string): string[] {
  return Object.keys(template.findResources(type));
}

/** A value's text, with what CloudFormation joins together in one. */
function joined(value: unknown): string {
  return JSON.stringify(value).replace(/\{"Fn::Join":\["",\[|\]\]\}|","|"/g, "");
}

describe("a stage with any backend", () => {
  it.each(Object.entries(BACKENDS))(
    "has the root and everything below it behind the authorizer: %s",
    (_, stage) => {
      const template = templateOf({ stage });
      const methods = Object.values(template.findResources("AWS::ApiGateway::Method"));
      expect(methods).toHaveLength(2);
      for (const { Properties } of methods) {
        expect(Properties).toMatchObject({ HttpMethod: "ANY", AuthorizationType: "CUSTOM" });
      }
    },
  );

  it.each(Object.entries(BACKENDS))("has the stage's time-out and transfer mode: %s", (_, stage) => {
    const streaming = templateOf({
      stage: `${stage}backendTimeoutSeconds: 60\nresponseTransferMode: stream\n`,
    });
    for (const integration of integrationsOf(streaming)) {
      expect(integration).toMatchObject({ TimeoutInMillis: 60_000, ResponseTransferMode: "STREAM" });
    }
  });
});

describe("a Lambda function as the backend", () => {
  it("receives requests unchanged: its integration can't have mappings", () => {
    for (const integration of integrationsOf(templateOf({ stage: BACKENDS.function }))) {
      expect(integration).toMatchObject({ Type: "AWS_PROXY", IntegrationHttpMethod: "POST" });
      expect(integration.RequestParameters).toBeUndefined();
      expect(joined(integration.Uri)).toMatch(
        /:lambda:path\/2015-03-31\/functions\/arn:aws:lambda:.*:function:orders\/invocations$/,
      );
    }
  });

  it("is called by another operation if its responses are streamed", () => {
    const template = templateOf({ stage: `${BACKENDS.function}responseTransferMode: stream\n` });
    for (const { Uri } of integrationsOf(template)) {
      expect(joined(Uri)).toMatch(
        /:lambda:path\/2021-11-15\/functions\/.*:function:orders\/response-streaming-invocations$/,
      );
    }
  });

  it.each([
    ["function", FUNCTION],
    ["alias", `${FUNCTION}:live`],
  ] as const)("may be called by this stage alone, before it serves requests: %s", (kind, arn) => {
    const template = templateOf({ stage: BACKENDS[kind] });
    const permissions = template.findResources("AWS::Lambda::Permission", {
      Properties: { FunctionName: arn },
    });
    const [[id, permission]] = Object.entries(permissions) as [
      [string, { Properties: Record<string, unknown> }],
    ];
    expect(permission.Properties).toMatchObject({
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
    });
    const [api] = idsOf(template, "AWS::ApiGateway::RestApi");
    expect(JSON.stringify(permission.Properties.SourceArn)).toContain(
      JSON.stringify([{ Ref: api }, "/test/*/*"]).slice(1, -1),
    );
    template.hasResource("AWS::ApiGateway::Stage", { DependsOn: Match.arrayWith([id]) });
  });

  it("does not support replacing forged headers", () => {
    expect(() => parseStage("dev.yml", `${BACKENDS.function}forgedHeaders: replace\n`)).toThrow(
      /must be `refuse`/,
    );
    expect(() => parseStage("dev.yml", `${BACKENDS.function}clientHeaders: [X-User]\n`)).not.toThrow();
  });
});

describe("a load balancer as the backend", () => {
  const links = (stage: string) => {
    const template = templateOf({ stage });
    return {
      template,
      first: Object.entries(template.findResources("AWS::ApiGateway::VpcLink")),
      second: Object.entries(template.findResources("AWS::ApiGatewayV2::VpcLink")),
    };
  };

  it.each(Object.keys(BACKENDS).filter((name) => / link|load balancer/.test(name)))(
    "is reached by the VPC link alone, under the URL's name and with the vouched headers mapped: %s",
    (name) => {
      const template = templateOf({ stage: BACKENDS[name as keyof typeof BACKENDS] });
      const integrations = integrationsOf(template);
      expect(integrations.map(({ Uri }) => Uri).sort()).toEqual([
        "https://orders.example.com/base/",
        "https://orders.example.com/base/{proxy}",
      ]);
      for (const integration of integrations) {
        expect(integration).toMatchObject({ Type: "HTTP_PROXY", ConnectionType: "VPC_LINK" });
        expect(integration.RequestParameters).toMatchObject({
          "integration.request.header.X-User": "context.authorizer.x-user",
        });
      }
    },
  );

  it("of the network kind has a link that names it, and integrations that do not", () => {
    const { template, first, second } = links(BACKENDS["network load balancer"]);
    expect(second).toEqual([]);
    const [[id, link] = []] = first;
    expect(link?.Properties.TargetArns).toEqual([NETWORK]);
    for (const integration of integrationsOf(template)) {
      expect(integration.ConnectionId).toEqual({ Ref: id });
      expect(integration.IntegrationTarget).toBeUndefined();
    }
  });

  it.each([
    ["application load balancer", APPLICATION],
    ["network load balancer with network interfaces", NETWORK],
  ] as const)(
    "behind network interfaces has a link in its subnets, and integrations that name it: %s",
    (kind, arn) => {
      const { template, first, second } = links(BACKENDS[kind]);
      expect(first).toEqual([]);
      const [[id, link] = []] = second;
      expect(link?.Properties).toMatchObject({
        SubnetIds: ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
        SecurityGroupIds: ["sg-0123456789abcdef0"],
      });
      for (const integration of integrationsOf(template)) {
        expect(integration).toMatchObject({ ConnectionId: { Ref: id }, IntegrationTarget: arn });
      }
    },
  );

  it("with an existing link gets no new one", () => {
    for (const kind of ["VPC link to a network load balancer", "VPC link with network interfaces"] as const) {
      const { template, first, second } = links(BACKENDS[kind]);
      expect([...first, ...second]).toEqual([]);
      for (const integration of integrationsOf(template)) {
        expect(integration.ConnectionId).toBe("a1b2c3");
      }
    }
    const [integration] = integrationsOf(links(BACKENDS["VPC link with network interfaces"]).template);
    expect(integration?.IntegrationTarget).toBe(APPLICATION);
  });

  it.each([
    ["network load balancer", "0123456789abcdef", "0123456789abcdee"],
    ["application load balancer", "0123456789abcdef", "0123456789abcdee"],
    ["application load balancer", "subnet-0fedcba9876543210", "subnet-0fedcba9876543211"],
    ["application load balancer", "sg-0123456789abcdef0", "sg-0123456789abcdef1"],
    ["VPC link with network interfaces", "0123456789abcdef", "0123456789abcdee"],
    ["VPC link to a network load balancer", "a1b2c3", "a1b2c4"],
  ] as const)(
    "that changes is another deployment, never one link in place of another: %s, %s",
    (kind, from, to) => {
      const before = links(BACKENDS[kind]);
      const after = links(BACKENDS[kind].replaceAll(from, to));
      expect(idsOf(after.template, "AWS::ApiGateway::Deployment")).not.toEqual(
        idsOf(before.template, "AWS::ApiGateway::Deployment"),
      );
      for (const generation of ["first", "second"] as const) {
        const ids = [before, after].map((found) => found[generation].map(([id]) => id));
        expect(ids[0]?.length).toBe(ids[1]?.length);
        expect(ids[0]?.[0] === undefined || ids[0][0] !== ids[1]?.[0]).toBe(true);
      }
    },
  );

  it("may be called over plain http if the stage allows it, or on the local cloud", () => {
    const plain = BACKENDS["network load balancer"].replace("https:", "http:");
    expect(() => parseStage("dev.yml", plain)).toThrow(/must be https/);
    for (const more of ["    allowPlainHttp: true\n", "awsEndpointUrl: http://127.0.0.1:4566\n"]) {
      expect(parseStage("dev.yml", plain + more).backend?.vpcLink?.url).toMatch(/^http:/);
    }
  });
});

describe("a client certificate", () => {
  const certificates = (setting: string) => {
    const template = templateOf({ stage: `${LEAST}backend: { clientCertificate: ${setting} }\n` });
    const [stage] = Object.values(template.findResources("AWS::ApiGateway::Stage"));
    const { ClientCertificateId, NextClientCertificateId } = template.toJSON().Outputs;
    return {
      made: idsOf(template, "AWS::ApiGateway::ClientCertificate"),
      presented: stage?.Properties.ClientCertificateId?.Ref,
      output: ClientCertificateId?.Value.Ref,
      next: NextClientCertificateId?.Value.Ref,
    };
  };

  it("is presented by the API's stage, and named by an output", () => {
    const { made, presented, output, next } = certificates("true");
    expect([presented, output, next]).toEqual([made[0], made[0], undefined]);
    expect(made).toHaveLength(1);
    expect(certificates("false")).toEqual({
      made: [],
      presented: undefined,
      output: undefined,
      next: undefined,
    });
  });

  it("is replaced by one that exists before it is presented", () => {
    const [only] = certificates("true").made;
    const both = certificates('{ next: "2027" }');
    expect(both.made).toHaveLength(2);
    expect([both.presented, both.output]).toEqual([only, only]);
    expect(both.next).not.toBe(only);
    const after = certificates('{ current: "2027" }');
    expect(after.made).toEqual([both.next]);
    expect(after.presented).toBe(both.next);
  });
});
