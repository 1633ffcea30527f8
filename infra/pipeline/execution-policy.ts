import type { PolicyStatement as Statement } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import permissions from "./permissions.json";

/** The environment of a policy's resources. The values may be tokens. */
export interface PolicyScope {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** The qualifier in the names of CDK's bootstrapped resources, such as `hnb659fds`. */
  readonly qualifier: string;
}

/** The most characters of a managed policy, not counting white space between its parts. */
export const MAX_POLICY_SIZE = 6_144;

/** The most managed policies of a role by the default quota. */
export const MAX_POLICIES = 10;

/** The pattern of the names of stages' stacks, and so of resources that CloudFormation names after their stack. */
const STACK = "oathgate-*";

/** The services that a stage's roles may be passed to. */
const ROLE_USERS = ["lambda", "codedeploy", "apigateway", "scheduler", "events"];

/** The resources and conditions that some actions of one service are limited to. */
interface Scope {
  /** A pattern of the actions. The first scope of a service whose pattern matches an action applies. */
  readonly actions: RegExp;
  /** Applies in addition to the first matching scope. @default false */
  readonly additional?: boolean;
  readonly resources: (scope: PolicyScope) => string[];
  readonly conditions?: (scope: PolicyScope) => Record<string, Record<string, string | string[]>>;
}

const everything = () => ["*"];
const own =
  (service: string, ...names: string[]) =>
  ({ partition, account, region }: PolicyScope) =>
    names.map((name) => `arn:${partition}:${service}:${region}:${account}:${name}`);
const global =
  (service: string, ...names: string[]) =>
  ({ partition, account }: PolicyScope) =>
    names.map((name) => `arn:${partition}:${service}::${account}:${name}`);

/**
 * The scopes of each service's actions. AWS names the resources of stages after their stack if the template gives no name. An
 * action without resource-level permissions, or on a resource without a name, can't be limited by name.
 */
export const SCOPES: Readonly<Record<string, readonly Scope[]>> = {
  apigateway: [
    {
      actions: /./,
      // Neither /account, which has the logging role of all of the account's APIs, nor keys of usage plans.
      resources: ({ partition, region }) =>
        ["restapis", "apis", "domainnames", "vpclinks", "clientcertificates"]
          .flatMap((path) => [
            `arn:${partition}:apigateway:${region}::/${path}`,
            `arn:${partition}:apigateway:${region}::/${path}/*`,
          ])
          .concat(`arn:${partition}:apigateway:${region}::/tags/*`),
    },
  ],
  acm: [
    { actions: /Request|List/, resources: everything },
    { actions: /./, resources: own("acm", "certificate/*") },
  ],
  cloudwatch: [
    { actions: /Dashboard/, resources: global("cloudwatch", `dashboard/${STACK}`) },
    { actions: /Describe|List/, resources: everything },
    { actions: /./, resources: own("cloudwatch", `alarm:${STACK}`) },
  ],
  codedeploy: [
    {
      actions: /./,
      resources: own("codedeploy", `application:${STACK}`, `deploymentgroup:${STACK}`, "deploymentconfig:*"),
    },
  ],
  ec2: [{ actions: /./, resources: everything }],
  events: [{ actions: /./, resources: own("events", `rule/${STACK}`) }],
  iam: [
    {
      actions: /PassRole/,
      resources: global("iam", `role/${STACK}`),
      conditions: () => ({
        StringEquals: { "iam:PassedToService": ROLE_USERS.map((service) => `${service}.amazonaws.com`) },
      }),
    },
    { actions: /ServiceLinkedRole/, resources: global("iam", "role/aws-service-role/*") },
    {
      // Only AWS's service roles for functions and deployments: a role can't be given an administrator's policy.
      actions: /AttachRolePolicy|DetachRolePolicy/,
      resources: global("iam", `role/${STACK}`),
      conditions: ({ partition }) => ({
        ArnLike: { "iam:PolicyARN": [`arn:${partition}:iam::aws:policy/service-role/AWS*`] },
      }),
    },
    { actions: /Policy$|Policies$/, resources: global("iam", `role/${STACK}`, `policy/${STACK}`) },
    { actions: /./, resources: global("iam", `role/${STACK}`) },
  ],
  kms: [
    // A key has no name; a stack's key has CloudFormation's tag with the stack's name.
    { actions: /^((Create|Describe)Key|TagResource)$/, resources: everything },
    {
      actions:
        /Key$|KeyPolicy$|KeyRotation$|KeyDeletion$|KeyDescription$|Resource$|ResourceTags$|RotationStatus$/,
      resources: own("kms", "key/*"),
      conditions: () => ({ StringLike: { "aws:ResourceTag/aws:cloudformation:stack-name": STACK } }),
    },
    {
      actions: /./,
      resources: everything,
      // Only through the services that encrypt data of a stage, never directly.
      conditions: ({ region }) => ({
        StringLike: {
          "kms:ViaService": [
            ...["lambda", "sns", "ssm"].map((service) => `${service}.${region}.amazonaws.com`),
            // In any region: a secret's replicas have their own keys there.
            "secretsmanager.*.amazonaws.com",
          ],
        },
      }),
    },
  ],
  lambda: [
    {
      // A stage's backend may be any function. Only API Gateway may be permitted to invoke it.
      actions: /^(AddPermission|RemovePermission)$/,
      additional: true,
      resources: own("lambda", "function:*"),
      conditions: () => ({ StringEquals: { "lambda:Principal": "apigateway.amazonaws.com" } }),
    },
    { actions: /CodeSigningConfig$|GetLayerVersion|GetPolicy|ListFunctions/, resources: everything },
    { actions: /./, resources: own("lambda", `function:${STACK}`) },
  ],
  logs: [
    {
      actions: /LogDelivery|ResourcePolic|Describe/,
      resources: everything,
    },
    {
      actions: /./,
      resources: own(
        "logs",
        `log-group:${STACK}`,
        `log-group:/aws/vendedlogs/${STACK}`,
        // API Gateway's name for the execution log of an API, whose id is not known in advance.
        "log-group:API-Gateway-Execution-Logs_*",
      ),
    },
  ],
  route53: [
    { actions: /ListHostedZones/, resources: everything },
    {
      actions: /./,
      resources: ({ partition }) => [
        `arn:${partition}:route53:::hostedzone/*`,
        `arn:${partition}:route53:::change/*`,
      ],
    },
  ],
  s3: [
    {
      actions: /./,
      // The functions' code, as CDK published it.
      resources: ({ partition, account, region, qualifier }) => [
        `arn:${partition}:s3:::cdk-${qualifier}-assets-${account}-${region}/*`,
      ],
    },
  ],
  scheduler: [{ actions: /./, resources: own("scheduler", `schedule/*/${STACK}`) }],
  secretsmanager: [
    { actions: /GetRandomPassword|List/, resources: everything },
    // CloudFormation names a secret after its logical id, without the stack's name.
    {
      actions: /./,
      resources: own(
        "secretsmanager",
        ...["SigningKeys*", "SecretHeader*", "Gate*", "Backend*"].map((name) => `secret:${name}`),
      ),
    },
  ],
  sns: [{ actions: /./, resources: own("sns", STACK) }],
  ssm: [{ actions: /./, resources: own("ssm", "parameter/oathgate/*", `parameter/CFN-*`) }],
  wafv2: [{ actions: /./, resources: everything }],
};

/**
 * The statements that allow CloudFormation to create, update and delete the resources of stages, and nothing else.
 *
 * The actions are those that AWS's resource providers declare for the types in the templates (`permissions.json`).
 *
 * @throws Error for an action of a service that has no scope
 */
export function executionStatements(scope: PolicyScope): Statement[] {
  const actions = [...new Set(Object.values<string[]>(permissions).flat())].sort();
  const grouped = new Map<Scope, string[]>();
  for (const action of actions) {
    const [service = "", name = ""] = action.split(":");
    const scopes = (SCOPES[service] ?? []).filter((candidate) => candidate.actions.test(name));
    const narrowest = scopes.find(({ additional }) => additional !== true);
    if (narrowest === undefined) {
      throw new Error(`there is no scope for ${action}: add its service to SCOPES`);
    }
    for (const one of [narrowest, ...scopes.filter(({ additional }) => additional === true)]) {
      grouped.set(one, [...(grouped.get(one) ?? []), action]);
    }
  }
  return [...grouped].map(
    ([{ resources, conditions }, allowed]) =>
      new PolicyStatement({
        actions: allowed,
        resources: resources(scope),
        ...(conditions === undefined ? {} : { conditions: conditions(scope) }),
      }),
  );
}

/**
 * Distributes statements over as few policies as possible, in their order.
 *
 * @param maxSize the most characters of a policy
 */
export function packed(statements: readonly Statement[], maxSize = MAX_POLICY_SIZE): Statement[][] {
  // Leaves space for the rest of the policy document and for names that are longer than their tokens.
  const limit = maxSize - 600;
  const policies: Statement[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const statement of statements) {
    const length = JSON.stringify(statement.toJSON()).length + 1;
    if (size + length > limit) {
      policies.push([]);
      size = 0;
    }
    policies.at(-1)?.push(statement);
    size += length;
  }
  return policies;
}
