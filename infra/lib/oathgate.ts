import { Duration, RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import type { CfnMethod, RestApi } from "aws-cdk-lib/aws-apigateway";
import type { IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { Architecture, type Function as LambdaFunction, type Version } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct, DependencyGroup, type IDependable } from "constructs";
import { authorizerEnvironment, DEFAULT_VOUCHED_HEADER_FALLBACK } from "./constructs/authorizer-environment";
import { AuthorizerFunction } from "./constructs/authorizer-function";
import type { FunctionLogOptions } from "./constructs/function-identity";
import type { FunctionNetworkOptions } from "./constructs/function-network";
import {
  isPathPrefix,
  KeysEndpoint,
  type KeysEndpointProps,
  type PublishKeysOptions,
} from "./constructs/keys-endpoint";
import { ProvisionedConcurrency } from "./constructs/provisioned-concurrency";
import { SecretHeader, withSecretHeader } from "./constructs/secret-header";
import { SigningKeys } from "./constructs/signing-keys";
import type { GateReport, VouchedHeader } from "./gate-report";
import { headerContract } from "./header-contract";
import { InputError, onBehalfOf } from "./input-error";
import type { OathgateProps } from "./oathgate-props";
import { prepareGate } from "./prepared-gate";
import { checkProps } from "./props-check";
import { AttachedApi, type AttachOptions } from "./rest-api/attached-api";
import { type ProtectingGate, protectRestApi } from "./rest-api/protect";
import type { ProtectOptions } from "./rest-api/protect-options";
import { shiftedAlias } from "./rollout/rollout";
import { rolloutOf } from "./rollout/rollout-options";
import { addRulesToMetadata } from "./rules-in-review";
import { HttpGateAuthorizer, WebSocketGateAuthorizer } from "./v2-api/route-authorizers";
import { canBringToken, NO_TOKEN_HEADER } from "./v2-api/token-header";
import {
  httpApiParameters,
  refuseBeyondHttpApis,
  refuseBeyondWebSocketApis,
  webSocketParameters,
  withTokenHeader,
} from "./v2-api/vouched-parameters";

/**
 * Decides an API's requests by Ory Oathkeeper's configuration and rules.
 *
 * Makes the secret with the signing keys, the function that puts a first key into it, and the function that decides. The
 * configuration and rules are laid out, checked, tested and packaged while the app is synthesised; what can't be deployed
 * ends synth with a sentence for each mistake, and warnings become annotations of this construct.
 *
 * @example
 * const gate = new Oathgate(this, "Gate", { config: "gate/config.yml", rules: "gate/rules.jsonnet", code });
 * gate.protect(api, { exclude: ["GET /health"] });
 */
export class Oathgate extends Construct {
  /** The function that decides. */
  readonly function: LambdaFunction;
  /** What the function is now, published: its code, rules and variables never change. */
  readonly version: Version;
  /** The secret with the JSON Web Key Set that the `id_token` mutator signs with. */
  readonly signingKeysSecret: ISecret;
  /** The secret whose value the authorizer hands to the backend, for `grantRead`; nothing where there is no `secretHeader`. */
  readonly secretHeaderSecret: ISecret | undefined;
  /** The headers that the gate vouches for, the secret header among them. */
  readonly vouchedHeaders: readonly VouchedHeader[];
  /**
   * What a deployment's mappings are made for, as hexadecimal digits: the vouched headers and what becomes of the client's
   * own. Versions with the same contract can decide for the same deployment.
   */
  readonly contract: string;

  /** Depend on this to be sure that requests can be decided: the version is there, and a first key to sign with. */
  readonly ready: IDependable;

  private readonly protecting: ProtectingGate;
  private readonly timeout: Duration;
  private readonly publishing: {
    readonly signingKeys: SigningKeys;
    readonly issuers: readonly string[];
    readonly function: Pick<
      KeysEndpointProps,
      "source" | "architecture" | "log" | "mayRead" | "environment" | "awsEndpointUrl"
    >;
  };
  /** The methods that publish the keys, which stay open where an API is protected. */
  private readonly published = new Set<CfnMethod>();
  private attached = 0;

  /**
   * @throws InputError where a prop, the configuration or the rules can't be deployed
   */
  constructor(scope: Construct, id: string, props: OathgateProps) {
    super(scope, id);
    const { checked: asWritten, functions } = onBehalfOf(this.constructor as () => Oathgate, () => {
      checkLogLevel(props);
      checkProps(this.node.path, props);
      if (props.tokenHeader !== undefined && !canBringToken(props.tokenHeader)) {
        throw new InputError(`\`tokenHeader\` ${NO_TOKEN_HEADER}; it is \`${props.tokenHeader}\``);
      }
      return prepareGate(this, props);
    });
    const checked = { ...asWritten, ...withTokenHeader(asWritten, props.tokenHeader) };
    const architecture = props.architecture ?? Architecture.ARM_64;
    const log: FunctionLogOptions = {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.DESTROY,
      encryptionKey: props.logEncryptionKey,
      systemLogLevel: props.systemLogLevel,
    };
    const signingKeys = new SigningKeys(this, "SigningKeys", {
      source: functions.signingKeys,
      architecture,
      options: props.signingKeys ?? {},
      longestTokenSeconds: checked.signedTokens?.longestTtlSeconds ?? 0,
      log,
      awsEndpointUrl: props.awsEndpointUrl,
    });
    const secretHeader =
      props.secretHeader &&
      new SecretHeader(this, "SecretHeader", props.secretHeader, {
        source: functions.signingKeys,
        architecture,
        log,
        awsEndpointUrl: props.awsEndpointUrl,
      });
    const report: GateReport =
      secretHeader === undefined
        ? checked
        : {
            ...checked,
            vouchedHeaders: withSecretHeader(
              checked.vouchedHeaders,
              secretHeader.header,
              props.clientHeaders ?? [],
            ),
          };
    const headers = {
      report,
      redirects: props.redirects ?? "refresh",
      vouchedHeaderFallback: props.vouchedHeaderFallback ?? DEFAULT_VOUCHED_HEADER_FALLBACK,
      clientHeaders: props.clientHeaders ?? [],
      forgedHeaders: props.forgedHeaders ?? "refuse",
    };
    this.contract = headerContract(headers);
    const rollout = rolloutOf(props.rollout, props.metrics !== undefined);
    const timeout = props.timeout ?? DEFAULT_TIMEOUT;
    const authorizer = new AuthorizerFunction(this, "Authorizer", {
      source: functions.authorizer,
      architecture,
      memorySize: props.memorySize ?? 256,
      timeout,
      signingKeys,
      secretHeader,
      network: networkOf(props),
      log,
      tracing: props.tracing ?? false,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      contract: this.contract,
      environment: authorizerEnvironment(props),
    });
    this.timeout = timeout;
    this.function = authorizer.function;
    this.version = authorizer.version;
    this.signingKeysSecret = signingKeys.secret;
    this.secretHeaderSecret = secretHeader?.secret;
    this.vouchedHeaders = report.vouchedHeaders;
    this.protecting = {
      ...headers,
      function: this.function,
      allowOrigins: (origins) => authorizer.allowOrigins(origins),
      version: this.version,
      alias: shiftedAlias(this, {
        rollout,
        contract: this.contract,
        version: this.version,
        metrics: props.metrics,
        logGroup: authorizer.logGroup,
        timeout,
      }),
      keepVersions: rollout.keepVersions,
      // No request is answered before there is a key to sign with.
      before: [...signingKeys.filled, ...this.provision(props.provisionedConcurrentExecutions, log)],
      published: this.published,
      report,
      redirects: props.redirects ?? "refresh",
      vouchedHeaderFallback: props.vouchedHeaderFallback ?? DEFAULT_VOUCHED_HEADER_FALLBACK,
      clientHeaders: props.clientHeaders ?? [],
      forgedHeaders: props.forgedHeaders ?? "refuse",
    };
    this.ready = new DependencyGroup(this.version, ...this.protecting.before);
    this.publishing = {
      signingKeys,
      issuers: checked.signedTokens?.issuers ?? [],
      function: {
        source: functions.signingKeys,
        architecture,
        log,
        mayRead: signingKeys.readStatements(),
        environment: signingKeys.readerEnvironment(),
        awsEndpointUrl: props.awsEndpointUrl,
      },
    };
    addRulesToMetadata(Stack.of(this), id, checked.rules);
  }

  /** Asks Lambda for environments of the current version that are always started; what requests have to wait for. */
  private provision(executions: number | undefined, log: FunctionLogOptions): IDependable[] {
    return executions === undefined
      ? []
      : [
          new ProvisionedConcurrency(this, "ProvisionedConcurrency", {
            version: this.version,
            executions,
            log,
          }).requested,
        ];
  }

  /**
   * Puts every method of a REST API of this stack behind the gate: the authorizer, the header mappings of HTTP integrations,
   * the API's answers to refused requests, and a deployment that follows each change. Methods that are made after this call
   * are included.
   *
   * Synth ends where a method would stay open, unless it is excluded by name, or is a preflight that API Gateway answers.
   *
   * @throws InputError where CDK does not see the API's methods, or the API is in another stack
   */
  protect(api: RestApi, options: ProtectOptions = {}): void {
    onBehalfOf(this.protect, () => protectRestApi(this.protecting, api, options));
  }

  /**
   * Decides the requests of an HTTP API of this stack. The authorizer gets payload 2.0 and answers in the simple form.
   *
   * Vouched headers reach the backend where the routes' integrations map them, by `httpRequestParameters`. An API that deploys
   * by itself serves a new mapping and a new version at different moments; `GateHttpApi` does not.
   *
   * @throws InputError where the rules ask for what HTTP APIs can't do
   */
  httpAuthorizer(): IHttpRouteAuthorizer {
    this.answerHttpApis();
    return new HttpGateAuthorizer(this.version);
  }

  /**
   * Request parameters of an HTTP API's integration that overwrite every vouched header by what the gate says, for
   * `ParameterMapping.fromObject` and `CfnIntegration`.
   *
   * @throws InputError where the rules ask for what HTTP APIs can't do
   */
  httpRequestParameters(): Record<string, string> {
    this.answerHttpApis();
    return { ...httpApiParameters(this.vouchedHeaders) };
  }

  /**
   * Decides who may connect to a WebSocket API of this stack: for the route `$connect`.
   *
   * @throws InputError where the rules ask for what WebSocket APIs can't do
   */
  webSocketAuthorizer(): IWebSocketRouteAuthorizer {
    refuseBeyondWebSocketApis(this.protecting.report, this.timeout);
    return new WebSocketGateAuthorizer(this.version);
  }

  /**
   * Request parameters of a WebSocket API's HTTP integrations that set every vouched header, and which connection a request
   * belongs to.
   *
   * @throws InputError where the rules ask for what WebSocket APIs can't do
   */
  webSocketRequestParameters(): Record<string, string> {
    refuseBeyondWebSocketApis(this.protecting.report, this.timeout);
    return { ...webSocketParameters(this.vouchedHeaders) };
  }

  private answerHttpApis(): void {
    refuseBeyondHttpApis(this.protecting.report, this.timeout);
    this.function.addEnvironment("OATHGATE_HTTP_API_ANSWER", "simple");
  }

  /**
   * Publishes the public halves of the signing keys, for whoever verifies the gate's tokens: `/.well-known/jwks.json`, and
   * `/.well-known/openid-configuration`, which names it. Anybody may GET them, and nothing is decided about such requests, also
   * where the API is protected and rules match these paths.
   *
   * @throws InputError where it is not known whose tokens they verify, or where keys would sign before backends know them
   */
  publishKeys(api: RestApi, options: PublishKeysOptions = {}): void {
    const { path = "", maxAge = Duration.minutes(5), url } = options;
    const { signingKeys, issuers } = this.publishing;
    if (!isPathPrefix(path)) {
      throw new InputError(
        `\`publishKeys\`: \`path\` must be a path such as \`/auth\`, without a slash at its end; it is \`${path}\``,
      );
    }
    const [issuer = issuers[0]] = options.issuer === undefined ? [] : [options.issuer];
    if (issuer === undefined || (options.issuer === undefined && issuers.length > 1)) {
      throw new InputError(
        issuer === undefined
          ? "`publishKeys`: no rule signs a token; name the `issuer` of those that the keys verify"
          : `\`publishKeys\`: the rules sign tokens of several issuers (${issuers.join(", ")}); name the one as \`issuer\``,
      );
    }
    const ahead = signingKeys.lifeCycle?.publishAhead.toSeconds();
    const needed = signingKeys.ttl.toSeconds() + maxAge.toSeconds();
    if (ahead !== undefined && ahead < needed) {
      throw new InputError(
        `\`publishKeys\`: with this \`maxAge\`, \`signingKeys.rotation.publishAhead\` must be at least ${needed} seconds; it is ${ahead}: a token would be signed with a key that a backend does not know yet`,
      );
    }
    const endpoint = new KeysEndpoint(
      this,
      `KeysEndpoint${this.published.size === 0 ? "" : this.published.size}`,
      {
        ...this.publishing.function,
        api,
        path,
        maxAge,
        issuer,
        url,
      },
    );
    for (const method of endpoint.methods) {
      this.published.add(method);
    }
  }

  /**
   * Gives the authorizers of a REST API that is known by its id the permission to call the function, and exports what
   * `oathgate attach --stage NAME` needs to put the API's methods behind it, as parameters under `/oathgate/NAME/`.
   *
   * @param restApiId the id of a REST API of this stack's account and region
   * @throws InputError where what is to be exported does not fit into a parameter
   */
  attachTo(restApiId: string, options: AttachOptions): AttachedApi {
    this.attached += 1;
    const id = Token.isUnresolved(restApiId) ? `Attached${this.attached}` : `Attached-${restApiId}`;
    return onBehalfOf(
      this.attachTo,
      () =>
        new AttachedApi(this, id, {
          ...options,
          restApiId,
          gate: this.protecting,
          signingKeysSecretArn: this.signingKeysSecret.secretArn,
        }),
    );
  }
}

/** Lambda drops lines of JSON logs below a level of its own, which would have to be guessed. */
function checkLogLevel({ systemLogLevel, logLevel }: OathgateProps): void {
  if (systemLogLevel !== undefined && logLevel === undefined) {
    throw new InputError("`systemLogLevel` needs `logLevel`: Lambda has a level of its own for JSON logs");
  }
}

/**
 * The VPC that the authorizer is in, if it is in one.
 *
 * @throws InputError where subnets or security groups are named and no VPC is
 */
function networkOf({ vpc, vpcSubnets, securityGroups }: OathgateProps): FunctionNetworkOptions | undefined {
  if (vpc !== undefined) {
    return { vpc, vpcSubnets, securityGroups };
  }
  if (vpcSubnets !== undefined || securityGroups !== undefined) {
    throw new InputError(
      "`vpcSubnets` and `securityGroups` are of a VPC: name it by `vpc`, or leave them out",
    );
  }
  return undefined;
}

/** How long a decision may take where nothing else is said. */
const DEFAULT_TIMEOUT = Duration.seconds(10);
