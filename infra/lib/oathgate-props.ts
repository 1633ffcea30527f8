import type { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { Architecture, SystemLogLevel } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { CheckedGate } from "./checked-gate";
import type { SecretHeaderOptions } from "./constructs/secret-header";
import type { SigningKeysOptions } from "./constructs/signing-keys";
import type { OathgateCode } from "./oathgate-code";
import type { RolloutOptions } from "./rollout/rollout-options";

/** Props for `Oathgate`. Paths are relative to the folder that the CDK app runs in. */
export interface OathgateProps {
  /**
   * Oathkeeper's configuration file. It needs a folder of its own: every file beside it is deployed with it, and relative
   * paths in it are relative to that folder.
   */
  readonly config: string;
  /** Oathkeeper's own keys, laid over the configuration: maps are merged, everything else is replaced. @default none */
  readonly configOverrides?: Readonly<Record<string, unknown>>;
  /**
   * The rules' Jsonnet source, compiled to `rules.json` beside the configuration.
   * @default the configuration names its rules itself
   */
  readonly rules?: string;
  /** External variables of rules and tests, read with `std.extVar("…")`. @default none */
  readonly ruleValues?: Readonly<Record<string, string>>;
  /** The rules' tests, Jsonnet or JSON. An app whose rules fail one is not synthesised. @default none */
  readonly ruleTests?: string;
  /** Where the functions' code comes from. @default OathgateCode.fromPackage() */
  readonly code?: OathgateCode;
  /** The functions' architecture. @default Architecture.ARM_64 */
  readonly architecture?: Architecture;
  /** The authorizer's memory in MiB; its share of a processor grows with it. @default 256 */
  readonly memorySize?: number;
  /** Time until an unfinished decision is a refusal, at most 29 seconds. @default Duration.seconds(10) */
  readonly timeout?: Duration;
  /** The host that the rules are written for. @default the host that API Gateway was called by */
  readonly publicHost?: string;
  /** Where a custom domain has the API: its mapping's base path, such as `/orders`. @default the domain's root */
  readonly basePath?: string;
  /** Let paths with `%2F` or `%5C` through, which are refused with 400 otherwise. @default false */
  readonly allowEncodedSlashes?: boolean;
  /** What a vouched header holds where a rule sets none; a real value equal to it is refused. @default none */
  readonly vouchedHeaderFallback?: string;
  /** Vouched headers that keep the client's own value where a rule sets none. @default none: the placeholder is put there */
  readonly clientHeaders?: readonly string[];
  /**
   * `refuse`: a request in which the client itself sends a vouched header is refused; `replace`: API Gateway writes the gate's
   * header over the client's.
   * @default refuse
   */
  readonly forgedHeaders?: "refuse" | "replace";
  /**
   * The header that brings the backend what rules set in `Authorization`, such as `X-Token`, for HTTP APIs, which map nothing to
   * that one. It is vouched for in the place of `Authorization`, and a client that sends it is refused.
   * @default Authorization
   */
  readonly tokenHeader?: string;
  /** How long the answers of session services are kept. @default every request asks the session service */
  readonly sessionCache?: SessionCacheOptions;
  /**
   * How a browser is sent on: `refresh` is 403 with a `Refresh` header, for browsers and programs; `location` makes every
   * final refusal a 302, for APIs that only browsers use.
   * @default refresh
   */
  readonly redirects?: "refresh" | "location";
  /** The least severe lines that the authorizer logs. @default the configuration's `log.level` */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /**
   * Write Lambda's own lines into the functions' logs as JSON objects, of this severity and above. Needs `logLevel`.
   * @default lines of text, all of them
   */
  readonly systemLogLevel?: SystemLogLevel;
  /** How long the functions' logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /** What becomes of the log groups when the stack is destroyed. @default RemovalPolicy.DESTROY */
  readonly logRemovalPolicy?: RemovalPolicy;
  /** The KMS key that the logs are encrypted with. @default CloudWatch Logs' own */
  readonly logEncryptionKey?: IKey;
  /** The keys that the `id_token` mutator signs with. @default a secret with an ES256 key */
  readonly signingKeys?: SigningKeysOptions;
  /** A header by which a backend recognises the gate. @default none */
  readonly secretHeader?: SecretHeaderOptions;
  /**
   * The VPC that the authorizer reaches its services in, such as a session service that is private. It then needs a way to
   * Secrets Manager: an interface endpoint, or one out of the subnets.
   * @default the authorizer is in no VPC
   */
  readonly vpc?: IVpc;
  /** The subnets of `vpc` in which the authorizer has network interfaces. @default the private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection;
  /** The authorizer's security groups in `vpc`. @default one of its own, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** The authorizer's CloudWatch metrics. @default no metrics */
  readonly metrics?: MetricsOptions;
  /** How a new version takes over, and how many earlier ones stay. @default all requests at once; earlier versions stay */
  readonly rollout?: RolloutOptions;
  /** Trace the authorizer with X-Ray. @default false */
  readonly tracing?: boolean;
  /** At most so many environments of the authorizer at once, kept free for it in the account. @default what the account has left */
  readonly reservedConcurrentExecutions?: number;
  /** So many environments of the current version are always started. AWS charges for each, used or not. @default none */
  readonly provisionedConcurrentExecutions?: number;
  /** An address that the functions call in place of AWS's own, such as a local cloud's. @default AWS's */
  readonly awsEndpointUrl?: string;
  /**
   * The folder that the configuration and rules are laid out and packaged in.
   * @default a folder in the app's output directory
   */
  readonly buildFolder?: string;
  /**
   * What the gate decides by, where it has been checked before: nothing is laid out or checked then. Tests of an app give one
   * to synthesise without the `oathgate` program, together with `OathgateCode.fromFolders`.
   * @default the configuration and rules are laid out, checked and tested while the app is synthesised
   */
  readonly checked?: CheckedGate;
}

/** How long the answers of session services are kept. */
export interface SessionCacheOptions {
  /** How long a session is believed in after the session service was asked about it: 1 second to 1 hour. */
  readonly ttl: Duration;
  /** How long the answer that there is no session is believed in; 0 asks each time. @default 5 seconds, or `ttl` if shorter */
  readonly negativeTtl?: Duration;
  /** How many answers of each kind one environment of the function keeps, 10 to 10,000. @default 1000 */
  readonly maxEntries?: number;
}

/** The authorizer's CloudWatch metrics. */
export interface MetricsOptions {
  /** The namespace. */
  readonly namespace: string;
  /** The value of the dimension `Stage`. */
  readonly stage: string;
  /** Metrics of each rule as well; CloudWatch charges for each rule's. @default false */
  readonly byRule?: boolean;
}
