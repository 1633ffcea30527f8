import { describe, expect, it } from "vitest";
import { remainsText } from "../stages/remains/remains";
import { mayRemain } from "../stages/remains/stack-history";

const event = (ResourceType: string, PhysicalResourceId: string, ResourceStatus: string) => ({
  ResourceType,
  PhysicalResourceId,
  ResourceStatus,
});

describe("what may be left of a deleted stack", () => {
  it.each([
    ["what CloudFormation kept", event("AWS::SecretsManager::Secret", "keys", "DELETE_SKIPPED"), ["keys"]],
    ["what it could not delete", event("AWS::IAM::Role", "role", "DELETE_FAILED"), ["role"]],
    ["a key, which is deleted days later", event("AWS::KMS::Key", "key", "DELETE_COMPLETE"), ["key"]],
    ["nothing that was deleted", event("AWS::SNS::Topic", "topic", "DELETE_COMPLETE"), []],
    ["no part of a function", event("AWS::Lambda::Version", "gate:1", "DELETE_SKIPPED"), []],
    ["no part of an API", event("AWS::ApiGateway::Deployment", "d1", "DELETE_SKIPPED"), []],
    [
      "the log of a function without one",
      event("AWS::Lambda::Function", "gate", "CREATE_COMPLETE"),
      ["/aws/lambda/gate"],
    ],
    [
      "an API's execution logs, of any stage",
      event("AWS::ApiGateway::RestApi", "a1", "DELETE_COMPLETE"),
      ["API-Gateway-Execution-Logs_a1/"],
    ],
    ["not the stack itself", event("AWS::CloudFormation::Stack", "stack", "DELETE_FAILED"), []],
  ])("is %s", (_, one, expected) => {
    expect(mayRemain([one, one]).map(({ id }) => id)).toEqual(expected);
  });
});

describe("the report of what is left", () => {
  const stack = "oathgate-dev";

  it.each([
    [{ stack, left: [] }, "nothing remains of oathgate-dev\n"],
    [{ stack, left: ["the secret s"] }, "remaining of oathgate-dev:\n  the secret s\n"],
    [
      { stack, status: "CREATE_COMPLETE", left: [] },
      "oathgate-dev exists (CREATE_COMPLETE)\nnothing remains of earlier stacks with this name\n",
    ],
    [
      { stack, status: "DELETE_FAILED", left: ["the log group l"] },
      "oathgate-dev exists (DELETE_FAILED)\nremaining of earlier stacks with this name:\n  the log group l\n",
    ],
  ])("has one line per resource: %j", (remains, text) => {
    expect(remainsText(remains)).toBe(text);
  });
});
