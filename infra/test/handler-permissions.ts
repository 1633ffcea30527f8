import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./synth";

/** Permissions that AWS's resource providers declare and that no stage needs, and why. */
const NOT_NEEDED: readonly [RegExp, string][] = [
  [/^acm-pca:/, "certificates come from ACM itself, not from a private authority"],
  [/^sns:.*DataProtectionPolicy$/, "topics have none"],
  [/^elasticfilesystem:|^s3files:/, "functions mount no file systems"],
  [/^firehose:|^s3:REST/, "logs are delivered to CloudWatch alone; the second is not the name of an action"],
  [/^lambda:PassCapacityProvider$|ScalingConfig$/, "functions run on no instances of the account's own"],
  [/^lambda:.*FunctionCodeSigningConfig$/, "functions have no code signing"],
  [/^lambda:AssociateRuntimeAlias$/, "functions choose no run-time alias"],
  [
    /^(amplify|appsync|apprunner|bedrock-agentcore|cognito-idp|elasticloadbalancing):|^ec2:.*VerifiedAccess/,
    "an access control list is put before API Gateway alone",
  ],
  [
    /^apigateway:(un)?TagResource$/i,
    "IAM has no such actions: tags are set by POST, PUT and DELETE of /tags",
  ],
  [/^wafv2:PutPermissionPolicy$/, "an access control list is not shared with other accounts"],
  [/^codedeploy:.*OnPremises/, "functions are deployed, not machines"],
  [/^logs:Put(BearerTokenAuthentication|LogGroupDeletionProtection)$/, "log groups have neither"],
  [/^logs:.*(DataProtectionPolicy|IndexPolic)/, "log groups have neither; only reading them is asked for"],
];

/** Of those, what a provider reads whether or not the feature is used. */
const READ_ANYWAY = /^(lambda|logs):(Get|Describe|List)/;

/**
 * The actions by which CloudFormation makes, reads, changes and deletes resources of a type, as the type's provider declares
 * them in the schema that cfn-lint brings; what `NOT_NEEDED` names is left out.
 *
 * @throws Error where cfn-lint knows no such type, or no actions of it
 */
export function handlerPermissions(type: string): string[] {
  const declared = schemaOf(type).handlers;
  if (declared === undefined) {
    throw new Error(`the schema of ${type} declares no permissions`);
  }
  const all = ["create", "read", "update", "delete"].flatMap(
    (handler) => declared[handler]?.permissions ?? [],
  );
  const needed = all.filter(
    (action) => READ_ANYWAY.test(action) || !NOT_NEEDED.some(([pattern]) => pattern.test(action)),
  );
  return [...new Set(needed)].sort();
}

interface Schema {
  readonly handlers?: Record<string, { readonly permissions: string[] }>;
}

let index: Record<string, string> | undefined;

function schemaOf(type: string): Schema {
  const libraries = join(ROOT, ".venv/lib");
  const [python = ""] = readdirSync(libraries);
  const schemas = join(libraries, python, "site-packages/cfnlint/data/schemas");
  index ??= JSON.parse(readFileSync(join(schemas, "providers/us-east-1.json"), "utf8")) as Record<
    string,
    string
  >;
  const digest = index[type];
  if (digest === undefined) {
    throw new Error(`cfn-lint knows no type ${type}`);
  }
  return JSON.parse(readFileSync(join(schemas, "resources", `${digest}.json`), "utf8"));
}
