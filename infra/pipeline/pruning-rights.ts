import { Arn, type ArnComponents, ArnFormat, type Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { keepsDeployments } from "../stages/deployed/keeps-deployments";
import { stackNameOf } from "../stages/stack-name";
import type { Stage } from "../stages/stage";

/**
 * The rights that `make deploy` needs besides CDK's roles to delete what is older than the last `rollout.keepVersions` deploys of
 * a stage: an API has at most ten authorizers, so deploys would fail without pruning. Empty for a stage that keeps none.
 *
 * The API's id is not known before the first deploy, so the rights in API Gateway are for deployments and authorizers of every API
 * in the region; CDK's deploy role, which the same job assumes, can delete them too. Those in Lambda are for functions of the
 * stage's stack.
 *
 * @param stack provides account and region if the stage has none
 */
export function pruningRights(stack: Stack, stage: Pick<Stage, "name" | "settings">): PolicyStatement[] {
  const { settings } = stage;
  if (!keepsDeployments(stage) || settings.api.attach !== undefined || settings.rollout.keepVersions === 0) {
    return [];
  }
  const account = settings.account ?? stack.account;
  const region = settings.region ?? stack.region;
  const arn = (components: ArnComponents) => Arn.format({ account, region, ...components }, stack);
  const api = (part: string) => arn({ service: "apigateway", account: "", resource: `/restapis/*/${part}` });
  const functions = arn({
    service: "lambda",
    resource: "function",
    // The asterisk also covers the qualifier, which follows the name after a colon.
    resourceName: `${stackNameOf(stage)}-*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new PolicyStatement({
      actions: [
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
      ],
      resources: [
        arn({ service: "cloudformation", resource: "stack", resourceName: `${stackNameOf(stage)}/*` }),
      ],
    }),
    new PolicyStatement({
      actions: ["apigateway:GET"],
      resources: [api("stages"), api("deployments"), api("authorizers")],
    }),
    new PolicyStatement({
      actions: ["apigateway:DELETE"],
      resources: [api("deployments/*"), api("authorizers/*")],
    }),
    new PolicyStatement({
      actions: [
        "lambda:DeleteAlias",
        "lambda:DeleteFunction",
        "lambda:GetPolicy",
        "lambda:ListAliases",
        "lambda:ListVersionsByFunction",
      ],
      resources: [functions],
    }),
  ];
}
