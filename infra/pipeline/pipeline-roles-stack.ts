import { Arn, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  CfnOIDCProvider,
  type IManagedPolicy,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
  WebIdentityPrincipal,
} from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { type BootstrapRole, roleArn } from "../stages/preflight/bootstrap-version";
import type { Stage } from "../stages/stage";
import {
  AUDIENCE,
  branchSubject,
  environmentSubject,
  GITHUB_ISSUER,
  pullRequestSubject,
} from "./github-subject";
import { pruningRights } from "./pruning-rights";

/** Props for `PipelineRolesStack`. */
export interface PipelineRolesStackProps extends StackProps {
  /** The checked name of the repository in GitHub's tokens: `owner/name` or `owner@1/name@2`. */
  readonly repository: string;
  /** The stages that the pipeline deploys; each has its own role. */
  readonly stages: readonly Pick<Stage, "name" | "settings">[];
  /** The branch that is deployed. */
  readonly branch: string;
  /**
   * The jobs that a deploy role trusts: those with the GitHub environment of the stage's name, which can require approvals, or
   * every job on the branch.
   */
  readonly trust: "environments" | "branch";
  /** Use the account's existing provider for GitHub instead of creating it: an account has one for each issuer. */
  readonly existingProvider: boolean;
  /** The ARN of the roles' permissions boundary. @default a new policy that allows exactly the rights of the roles */
  readonly boundaryArn?: string;
  /** The qualifier in the names of CDK's bootstrapped resources, such as `hnb659fds`. */
  readonly qualifier: string;
}

/**
 * The roles of a pipeline in GitHub Actions: one that reads, for pull requests, and one that deploys for each stage.
 *
 * Each role may assume the CDK roles that it needs, by their exact names. The deploy roles may also delete what
 * `rollout.keepVersions` does not keep. The roles have no other rights.
 */
export class PipelineRolesStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineRolesStackProps) {
    super(scope, id, props);
    const { repository, stages, branch, trust } = props;

    const provider = this.provider(props.existingProvider);
    const arns = (roles: readonly BootstrapRole[], of: typeof stages) => [
      ...new Set(of.flatMap((stage) => roles.map((role) => this.cdkRole(stage, role, props.qualifier)))),
    ];
    const lookups = arns(["lookup-role"], stages);
    const deploys: readonly BootstrapRole[] = ["deploy-role", "file-publishing-role", "lookup-role"];
    const boundary =
      props.boundaryArn === undefined
        ? new ManagedPolicy(this, "Boundary", {
            description: "Limits the rights of the pipeline's roles",
            document: allowing(
              arns(deploys, stages),
              stages.flatMap((stage) => pruningRights(this, stage)),
            ),
          })
        : ManagedPolicy.fromManagedPolicyArn(this, "Boundary", props.boundaryArn);

    this.role("DiffRole", {
      description: "Compares stages with changes, for pull requests and the drift check",
      subjects: [pullRequestSubject(repository), branchSubject(repository, branch)],
      roles: lookups,
      provider,
      boundary,
    });
    for (const stage of stages) {
      this.role(`DeployRole${pascalCase(stage.name)}`, {
        description: `Deploys the stage ${stage.name}`,
        subjects: [
          trust === "environments"
            ? environmentSubject(repository, stage.name)
            : branchSubject(repository, branch),
        ],
        roles: arns(deploys, [stage]),
        more: pruningRights(this, stage),
        provider,
        boundary,
      });
    }
  }

  /** The ARN of GitHub's provider, new or existing. A new one outlives the stack because others may use it by then. */
  private provider(existing: boolean): string {
    if (existing) {
      return Arn.format(
        { service: "iam", region: "", resource: "oidc-provider", resourceName: GITHUB_ISSUER },
        this,
      );
    }
    const provider = new CfnOIDCProvider(this, "GitHub", {
      url: `https://${GITHUB_ISSUER}`,
      clientIdList: [AUDIENCE],
    });
    provider.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return provider.attrArn;
  }

  private role(
    id: string,
    {
      description,
      subjects,
      roles,
      more = [],
      provider,
      boundary,
    }: {
      readonly description: string;
      readonly subjects: readonly string[];
      readonly roles: readonly string[];
      readonly more?: readonly PolicyStatement[];
      readonly provider: string;
      readonly boundary: IManagedPolicy;
    },
  ): void {
    const [only] = subjects;
    const role = new Role(this, id, {
      description,
      assumedBy: new WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${GITHUB_ISSUER}:aud`]: AUDIENCE,
          [`${GITHUB_ISSUER}:sub`]: subjects.length === 1 ? only : subjects,
        },
      }),
      maxSessionDuration: Duration.hours(1),
      permissionsBoundary: boundary,
      inlinePolicies: { NothingElse: allowing(roles, more) },
    });
    new CfnOutput(this, `${id}Arn`, { description, value: role.roleArn });
  }

  /** The ARN of one of CDK's roles in a stage's environment; account and region default to those of this stack. */
  private cdkRole({ settings }: Pick<Stage, "settings">, role: BootstrapRole, qualifier: string): string {
    const { account = this.account, region = this.region } = settings;
    return roleArn({ account, region, partition: this.partition, qualifier }, role);
  }
}

function allowing(roles: readonly string[], more: readonly PolicyStatement[]): PolicyDocument {
  return new PolicyDocument({
    statements: [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [...roles] }), ...more],
  });
}

function pascalCase(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
