import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  type Architecture,
  type CfnFunction,
  type Function as LambdaFunction,
  Tracing,
  type Version,
} from "aws-cdk-lib/aws-lambda";
import type { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { FunctionSource } from "../function-sources";
import { InputError } from "../input-error";
import { contractDescription } from "../rollout/contract-description";
import { FunctionIdentity, type FunctionLogOptions, loggingOptions } from "./function-identity";
import { type FunctionNetworkOptions, networkStatements } from "./function-network";
import { rustFunction } from "./rust-code";
import type { SecretHeader } from "./secret-header";
import type { SigningKeys } from "./signing-keys";

/** Props for `AuthorizerFunction`. */
export interface AuthorizerFunctionProps {
  /** The code: the packaged gate. */
  readonly source: FunctionSource;
  readonly architecture: Architecture;
  /** Memory in MiB. */
  readonly memorySize: number;
  /** Time until an unfinished decision is a refusal. */
  readonly timeout: Duration;
  /** What the function signs with. It can read this secret and that of `secretHeader`, and no other. */
  readonly signingKeys: SigningKeys;
  /** What the function shows the backend. @default nothing */
  readonly secretHeader?: SecretHeader | undefined;
  /** The VPC that the function is in. @default none */
  readonly network?: FunctionNetworkOptions | undefined;
  /** The function's log. */
  readonly log: FunctionLogOptions;
  /** Whether X-Ray traces the function. */
  readonly tracing: boolean;
  /** At most so many environments at once. @default what the account has left */
  readonly reservedConcurrentExecutions?: number | undefined;
  /** The contract of headers that its decisions keep. */
  readonly contract: string;
  /** The function's variables, besides those of the signing keys. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The function that decides every request.
 *
 * Each deployment of the API calls one published version, never an alias that moves between contracts of headers: a version's
 * code, rules and variables are fixed, and so are the header mappings of the deployment that calls it. They change together,
 * in the one step in which the API's stage is pointed at another deployment.
 *
 * Earlier versions stay, because a deployment takes a while to reach everywhere; they go with the function.
 */
export class AuthorizerFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  /** What the function is now, published. */
  readonly version: Version;
  private allowedOrigins: string | undefined;

  constructor(scope: Construct, id: string, props: AuthorizerFunctionProps) {
    super(scope, id);
    const { signingKeys, secretHeader, network } = props;

    const identity = new FunctionIdentity(this, "Identity", {
      purpose: "Decides the requests of one API",
      log: props.log,
      may: [
        ...signingKeys.readStatements(),
        ...(secretHeader?.readStatements() ?? []),
        ...(network === undefined ? [] : networkStatements(this)),
        ...(props.tracing ? [mayTrace()] : []),
      ],
    });
    this.function = rustFunction(this, "Function", props.source, {
      description: contractDescription(props.contract),
      architecture: props.architecture,
      role: identity.role,
      logGroup: identity.logGroup,
      ...loggingOptions(props.log),
      ...(props.reservedConcurrentExecutions === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrentExecutions }),
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: {
        ...signingKeys.readerEnvironment(),
        ...secretHeader?.readerEnvironment(),
        ...props.environment,
      },
      ...(network === undefined ? {} : inVpc(network)),
      // One that was made by a deploy that failed goes: Lambda publishes nothing twice in a row.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE },
    });
    if (props.tracing) {
      // CDK's own `tracing` would put the rights into a second policy.
      (this.function.node.defaultChild as CfnFunction).tracingConfig = { mode: Tracing.ACTIVE };
    }
    this.logGroup = identity.logGroup;
    this.version = this.function.currentVersion;
  }

  /**
   * Tells the function which of several origins may read refusals.
   *
   * @throws InputError where it was told others: a function knows one list
   */
  allowOrigins(origins: readonly string[]): void {
    const list = origins.join(",");
    if (this.allowedOrigins !== undefined && this.allowedOrigins !== list) {
      throw new InputError(
        "`cors.allowOrigins` differs from that of another API behind the same gate: make a gate of its own for this API",
      );
    }
    this.allowedOrigins = list;
    this.function.addEnvironment("OATHGATE_ALLOWED_ORIGINS", list);
  }
}

function inVpc({ vpc, vpcSubnets, securityGroups }: FunctionNetworkOptions) {
  return {
    vpc,
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
  };
}

/** What Lambda needs to hand traces over. X-Ray's resources have no names that a policy could tell apart. */
function mayTrace(): PolicyStatement {
  return new PolicyStatement({
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    resources: ["*"],
  });
}
