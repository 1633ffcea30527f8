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
   * Oathkeeper's configuration file, in a folder of its own: every file beside it is deployed too, and its relative paths are
   * relative to that folder.
   */
  readonly config: string;
  /** Overrides of Oathkeeper's own keys: maps are merged, everything else is replaced. @default none */
  readonly configOverrides?: Readonly<Record<string, unknown>>;
  /**
   * The rules' Jsonnet source, compiled to `rules.json` beside the configuration.
   * @default the configuration names its rules itself
   */
  readonly rules?: string;
  /** External variables of rules and tests, read with `std.extVar("…")`. @default none */
  readonly ruleValues?: Readonly<Record<string, string>>;
  /** The rules' tests, Jsonnet or JSON. A failed test fails synth. @default none */
  readonly ruleTests?: string;
  /** The source of the functions' code. @default OathgateCode.fromPackage() */
  readonly code?: OathgateCode;
  /** The functions' architecture. @default Architecture.ARM_64 */
  readonly architecture?: Architecture;
  /** The authorizer's memory in MiB, which also determines its share of a processor. @default 256 */
  readonly memorySize?: number;
  /** Time after which an unfinished decision becomes a refusal, at most 29 seconds. @default Duration.seconds(10) */
  readonly timeout?: Duration;
  /** The host that the rules are written for. @default the host that API Gateway was called by */
  readonly publicHost?: string;
  /** The base path under which a custom domain serves the API, such as `/orders`. @default the domain's root */
  readonly basePath?: string;
  /** Decide requests with `%2F` or `%5C` in their paths, which are refused with 400 otherwise. @default false */
  readonly allowEncodedSlashes?: boolean;
  /** The placeholder that a vouched header has if no rule sets it; a real value equal to it is refused. @default none */
  readonly vouchedHeaderFallback?: string;
  /** Vouched headers that keep the client's own value if no rule sets them. @default none: they get the placeholder */
  readonly clientHeaders?: readonly string[];
  /**
   * What happens to a request in which the client itself sends a vouched header: `refuse` refuses it, `replace` decides it and
   * lets API Gateway overwrite the client's header by the gate's.
   * @default refuse
   */
  readonly forgedHeaders?: "refuse" | "replace";
  /**
   * The header in which the backend receives what rules set in `Authorization`, such as `X-Token`, for HTTP APIs, which can't map
   * `Authorization`. It is vouched for instead of `Authorization`, and a request in which the client sends it is refused.
   * @default Authorization
   */
  readonly tokenHeader?: string;
  /** How long responses of session services are cached. @default no cache: each request is checked with the session service */
  readonly sessionCache?: SessionCacheOptions;
  /**
   * How browsers are redirected: `refresh` responds with 403 and a `Refresh` header, for browsers and programs; `location`
   * responds to every refused request except a 401 with 302, for APIs that only browsers use.
   * @default refresh
   */
  readonly redirects?: "refresh" | "location";
  /** The lowest severity that the authorizer logs. @default the configuration's `log.level` */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
  /**
   * Write Lambda's own log lines of this severity and above as JSON objects. Needs `logLevel`.
   * @default all of them, as text
   */
  readonly systemLogLevel?: SystemLogLevel;
  /** How long the functions' logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;
  /** What happens to the log groups when the stack is destroyed. @default RemovalPolicy.DESTROY */
  readonly logRemovalPolicy?: RemovalPolicy;
  /** The KMS key that the logs are encrypted with. @default CloudWatch Logs' own */
  readonly logEncryptionKey?: IKey;
  /** The keys that the `id_token` mutator signs with. @default a secret with an ES256 key */
  readonly signingKeys?: SigningKeysOptions;
  /** A header with a secret by which a backend recognises the gate. @default none */
  readonly secretHeader?: SecretHeaderOptions;
  /**
   * The VPC that the authorizer is attached to, for example to reach a private session service. The subnets then need a route to
   * Secrets Manager: an interface endpoint or a NAT gateway.
   * @default no VPC
   */
  readonly vpc?: IVpc;
  /** The subnets of `vpc` for the authorizer's network interfaces. @default the private subnets with egress */
  readonly vpcSubnets?: SubnetSelection;
  /** The authorizer's security groups in `vpc`. @default a new one that allows all egress and no ingress */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** The authorizer's CloudWatch metrics. @default no metrics */
  readonly metrics?: MetricsOptions;
  /** How requests move to a new version, and how many earlier deployments are kept. @default all requests at once; none kept */
  readonly rollout?: RolloutOptions;
  /** Trace the authorizer with X-Ray. @default false */
  readonly tracing?: boolean;
  /** The most concurrent environments of the authorizer, reserved for it in the account. @default the account's unreserved concurrency */
  readonly reservedConcurrentExecutions?: number;
  /** The number of environments of the current version that are always initialised. AWS charges for each, used or not. @default none */
  readonly provisionedConcurrentExecutions?: number;
  /** An endpoint that the functions call instead of AWS, such as a local cloud. @default AWS */
  readonly awsEndpointUrl?: string;
  /**
   * The folder in which the configuration and rules are laid out and packaged.
   * @default a folder in the app's output directory
   */
  readonly buildFolder?: string;
  /**
   * A gate that has been checked before: nothing is laid out or checked then. Tests of an app pass one, together with
   * `OathgateCode.fromFolders`, to synthesise without the `oathgate` program.
   * @default the configuration and rules are laid out, checked and tested while the app is synthesised
   */
  readonly checked?: CheckedGate;
}

/** How long responses of session services are cached. */
export interface SessionCacheOptions {
  /** Time to live of a valid session, 1 second to 1 hour: a session that ends is accepted for up to this long. */
  readonly ttl: Duration;
  /** Time to live of the response that there is no session; 0 does not cache it. @default 5 seconds, or `ttl` if shorter */
  readonly negativeTtl?: Duration;
  /** The most responses of each kind that one environment of the function caches, 10 to 10,000. @default 1000 */
  readonly maxEntries?: number;
}

/** The authorizer's CloudWatch metrics. */
export interface MetricsOptions {
  /** The namespace. */
  readonly namespace: string;
  /** The value of the dimension `stage`. */
  readonly stage: string;
  /** Also write metrics for each rule, which CloudWatch charges for. @default false */
  readonly byRule?: boolean;
}
