import { Duration, RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import type { IHttpRouteAuthorizer, IWebSocketRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { Architecture, type Function as LambdaFunction, type Version } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct, DependencyGroup, type IDependable } from "constructs";
import { authorizerEnvironment } from "./constructs/authorizer-environment";
import { AuthorizerFunction } from "./constructs/authorizer-function";
import type { FunctionLogOptions } from "./constructs/function-identity";
import { networkOf } from "./constructs/function-network";
import { KeyPublisher } from "./constructs/key-publisher";
import type { PublishKeysOptions } from "./constructs/keys-endpoint";
import { startedAhead } from "./constructs/provisioned-concurrency";
import { SecretHeader, withSecretHeader } from "./constructs/secret-header";
import type { SecretsFunctionOptions } from "./constructs/secrets-function";
import { SigningKeys } from "./constructs/signing-keys";
import type { VouchedHeader } from "./gate-report";
import { contractDigest, headerContractOf } from "./header-contract";
import { onBehalfOf } from "./input-error";
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
  private readonly publisher: KeyPublisher;
  private attached = 0;

  /**
   * @throws InputError where a prop, the configuration or the rules can't be deployed
   */
  constructor(scope: Construct, id: string, props: OathgateProps) {
    super(scope, id);
    const { checked: asWritten, functions } = onBehalfOf(this.constructor as () => Oathgate, () => {
      checkProps(this.node.path, props);
      return prepareGate(this, props);
    });
    const checked = withTokenHeader(asWritten, props.tokenHeader);
    const architecture = props.architecture ?? Architecture.ARM_64;
    const log: FunctionLogOptions = {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.DESTROY,
      encryptionKey: props.logEncryptionKey,
      systemLogLevel: props.systemLogLevel,
    };
    const secretsFunctions: SecretsFunctionOptions = {
      source: functions.signingKeys,
      architecture,
      log,
      awsEndpointUrl: props.awsEndpointUrl,
    };
    const signingKeys = new SigningKeys(this, "SigningKeys", {
      ...secretsFunctions,
      options: props.signingKeys ?? {},
      longestTokenSeconds: checked.signedTokens?.longestTtlSeconds ?? 0,
    });
    const secretHeader =
      props.secretHeader && new SecretHeader(this, "SecretHeader", props.secretHeader, secretsFunctions);
    const report = withSecretHeader(checked, secretHeader?.header, props.clientHeaders);
    const contract = headerContractOf(props, report);
    this.contract = contractDigest(contract);
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
    this.publisher = new KeyPublisher(this, {
      ...secretsFunctions,
      signingKeys,
      issuers: checked.signedTokens?.issuers ?? [],
    });
    const executions = props.provisionedConcurrentExecutions;
    this.protecting = {
      ...contract,
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
      before: [...signingKeys.filled, ...startedAhead(this, { version: this.version, executions, log })],
      published: this.publisher.methods,
    };
    this.ready = new DependencyGroup(this.version, ...this.protecting.before);
    addRulesToMetadata(Stack.of(this), id, checked.rules);
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
    onBehalfOf(this.publishKeys, () => this.publisher.publish(api, options));
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

/** How long a decision may take where nothing else is said. */
const DEFAULT_TIMEOUT = Duration.seconds(10);
