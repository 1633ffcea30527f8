import type { PolicyStatement as Statement } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import permissions from "./permissions.json";

/** Where a policy's resources are. The values may be tokens. */
export interface PolicyScope {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** What the names of CDK's bootstrapped resources hold, such as `hnb659fds`. */
  readonly qualifier: string;
}

/** The most characters that a managed policy may have; blanks between its parts don't count. */
export const MAX_POLICY_SIZE = 6_144;

/** The most managed policies that a role may have before an account's quota is raised. */
export const MAX_POLICIES = 10;

/** Names that stacks of stages have, and so the resources that CloudFormation names after their stack. */
const STACK = "oathgate-*";

/** Services whose functions are run with a stage's roles. */
const ROLE_USERS = ["lambda", "codedeploy", "apigateway", "scheduler", "events"];

/** What some actions of one service may be done to, and on which condition. */
interface Scope {
  /** The actions, by patterns; the first scope of a service with a pattern that matches an action is the action's. */
  readonly actions: RegExp;
  /** Allows its actions in addition to the scope that is theirs. @default false */
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
 * What each service's actions are limited to. AWS names the resources of stages after their stack wherever a template gives
 * no name; where an action knows no resource, or a resource no name of its own, it can't be limited by name.
 */
export const SCOPES: Readonly<Record<string, readonly Scope[]>> = {
  apigateway: [
    {
      actions: /./,
      // Not /account, which holds the logging role of all of the account's APIs, and no keys of usage plans.
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
      // Only what AWS wrote for functions and deployments: no role gets the rights of an administrator from a policy's name.
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
    // A key has no name; one that a stack made has CloudFormation's tag of the stack.
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
      // Through the services that keep something of a stage's encrypted, never by itself.
      conditions: ({ region }) => ({
        StringLike: {
          "kms:ViaService": [
            ...["lambda", "sns", "ssm"].map((service) => `${service}.${region}.amazonaws.com`),
            // Of any region: a secret's replicas have keys of their own there.
            "secretsmanager.*.amazonaws.com",
          ],
        },
      }),
    },
  ],
  lambda: [
    {
      // A stage's backend may be a function of somebody else's, which API Gateway is to call, and nobody else.
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
        // API Gateway's own name for the execution log of an API, whose id nobody knows before.
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
    // CloudFormation names a secret after its place in the template, without the stack's name.
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
 * The statements that let CloudFormation make, change and delete what stages are made of, and nothing else.
 *
 * The actions are those that AWS's resource providers declare for the types in our templates (`permissions.json`).
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
 * Spreads statements over as few policies as they fit in, in their order.
 *
 * @param room the most characters of a policy
 */
export function packed(statements: readonly Statement[], room = MAX_POLICY_SIZE): Statement[][] {
  // Tokens are longer in the template than resolved; the frame of a policy and the longest names are kept free.
  const limit = room - 600;
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
