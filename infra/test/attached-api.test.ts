import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { apiIn, emptyStack, gateIn } from "./own-api";
import { refusal } from "./project";

const OPTIONS = { name: "dev", stageName: "prod" };

/** The contract of a template, with what is only known at deployment by the name of its resource. */
function contractOf(template: Template): Record<string, unknown> {
  const parameters = template.findResources("AWS::SSM::Parameter", {
    Properties: { Name: "/oathgate/dev/contract" },
  });
  const [value] = Object.values(parameters).map(({ Properties }) => Properties.Value);
  const text = value["Fn::Join"][1].map((part: string | { Ref: string }) =>
    typeof part === "string" ? part : part.Ref.replace(/[0-9a-f]{32}$/, ""),
  );
  return JSON.parse(text.join(""));
}

describe("an existing API", () => {
  const stack = emptyStack();
  const attached = gateIn(stack).attachTo("abc123def4", { ...OPTIONS, exclude: ["GET /health"] });
  const template = Template.fromStack(stack);

  it("is not changed by CloudFormation", () => {
    template.resourceCountIs("AWS::ApiGateway::Authorizer", 0);
    template.resourceCountIs("AWS::ApiGateway::Deployment", 0);
  });

  it("may call the version by its authorizers, and may still call earlier versions", () => {
    const [[id, permission] = ["", undefined]] = Object.entries(
      template.findResources("AWS::Lambda::Permission", {
        Properties: { Principal: "apigateway.amazonaws.com" },
      }),
    );
    expect(id).toMatch(/[0-9a-f]{32}$/);
    expect(permission).toMatchObject({
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
      Properties: { FunctionName: { Ref: expect.stringContaining("CurrentVersion") } },
    });
    expect(JSON.stringify(permission?.Properties.SourceArn)).toContain(":abc123def4/authorizers/*");
  });

  it("exports the whole contract in one parameter, once the version may be called and has keys", () => {
    expect(attached.contractParameterName).toBe("/oathgate/dev/contract");
    expect(contractOf(template)).toEqual({
      format: 1,
      gate: "dev",
      restApiId: "abc123def4",
      stage: "prod",
      functionArn: expect.stringContaining("CurrentVersion"),
      headers: {
        Authorization: "context.authorizer.authorization",
        "X-User": "context.authorizer.x-user",
      },
      placeholders: {
        Authorization: "'none'",
        authorization: "'none'",
        "X-User": "'none'",
        "x-user": "'none'",
      },
      replacesForgedHeaders: false,
      gatewayResponses: expect.objectContaining({
        UNAUTHORIZED: {
          statusCode: "401",
          responseParameters: { "gatewayresponse.header.Cache-Control": "'no-store'" },
          responseTemplates: { "application/json": expect.stringContaining("$context.requestId") },
        },
        ACCESS_DENIED: expect.objectContaining({
          responseTemplates: { "application/json": "$context.authorizer.body" },
        }),
      }),
      exclude: ["GET /health"],
    });
    const [contract] = Object.values(
      template.findResources("AWS::SSM::Parameter", { Properties: { Name: "/oathgate/dev/contract" } }),
    );
    const before: string = contract?.DependsOn.join(" ");
    expect(before).toMatch(/Permission[0-9A-F]{8}[0-9a-f]{32}/);
    expect(before).toContain("SigningKeys");
  });

  it("uses an advanced parameter if the contract needs one, and refuses a contract that fits into none", () => {
    const tierFor = (origins: number) => {
      const other = emptyStack();
      const exposeHeaders = Array.from({ length: origins }, (_, number) => `X-Header-Number-${number}`);
      gateIn(other).attachTo("abc123def4", {
        ...OPTIONS,
        cors: { allowOrigins: ["https://a.example.com"], exposeHeaders },
      });
      const found = Template.fromStack(other).findResources("AWS::SSM::Parameter", {
        Properties: { Name: "/oathgate/dev/contract" },
      });
      return Object.values(found)[0]?.Properties.Tier;
    };
    expect(tierFor(0)).toBe("Standard");
    expect(tierFor(20)).toBe("Advanced");
    expect(refusal(() => tierFor(100))).toMatch(/has \d+ characters, more than the 8192 of a parameter/);
  });

  it("has an id that is valid in a parameter's name", () => {
    const options = { ...OPTIONS, name: "Dev_1" };
    expect(refusal(() => gateIn(emptyStack()).attachTo("abc123def4", options))).toContain("it is `Dev_1`");
  });

  it("may be one that the app makes", () => {
    const other = emptyStack();
    const api = apiIn(other);
    api.root.addMethod("GET");
    gateIn(other).attachTo(api.restApiId, OPTIONS);
    expect(contractOf(Template.fromStack(other)).restApiId).toContain("Api");
  });
});
