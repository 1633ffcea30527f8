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
import { provisionedEnvironments } from "./constructs/provisioned-concurrency";
import { SecretHeader, withSecretHeader } from "./constructs/secret-header";
import type { SecretsFunctionOptions } from "./constructs/secrets-function";
import { SigningKeys } from "./constructs/signing-keys";
import { variableOf } from "./facts";
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
  checkForHttpApis,
  checkForWebSocketApis,
  httpApiParameters,
  webSocketParameters,
  withTokenHeader,
} from "./v2-api/vouched-parameters";

/**
 * Decides the requests of an API by Ory Oathkeeper's configuration and rules.
 *
 * Creates the secret with the signing keys, the function that writes a first key into it, and the function that decides. The
 * configuration and rules are laid out, checked, tested and packaged while the app is synthesised. A mistake fails synth with
 * one message each; warnings become annotations of this construct.
 *
 * @example
 * const gate = new Oathgate(this, "Gate", { config: "gate/config.yml", rules: "gate/rules.jsonnet", code });
 * gate.protect(api, { exclude: ["GET /health"] });
 */
export class Oathgate extends Construct {
  /** The function that decides. */
  readonly function: LambdaFunction;
  /** The function's published version: its code, rules and variables never change. */
  readonly version: Version;
  /** The secret with the JSON Web Key Set that the `id_token` mutator signs with. */
  readonly signingKeysSecret: ISecret;
  /** The secret that the secret header contains, for `grantRead`; `undefined` without `secretHeader`. */
  readonly secretHeaderSecret: ISecret | undefined;
  /** The vouched headers, including the secret header. */
  readonly vouchedHeaders: readonly VouchedHeader[];
  /**
   * The digest of the contract that a deployment's mappings are made for: the vouched headers and how the client's own are
   * treated. Versions with the same contract can decide for the same deployment.
   */
  readonly contract: string;

  /** Depend on this for resources that need a gate that can decide: the version exists, and so does a first signing key. */
  readonly ready: IDependable;

  private readonly protecting: ProtectingGate;
  private readonly timeout: Duration;
  private readonly publisher: KeyPublisher;
  private attached = 0;

  /**
   * @throws InputError if a prop, the configuration or the rules can't be deployed
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
      // No request is decided before a signing key exists.
      before: [
        ...signingKeys.filled,
        ...provisionedEnvironments(this, { version: this.version, executions, log }),
      ],
      published: this.publisher.methods,
    };
    this.ready = new DependencyGroup(this.version, ...this.protecting.before);
    addRulesToMetadata(Stack.of(this), id, checked.rules);
  }

  /**
   * Puts every method of a REST API of this stack behind the gate: it sets the authorizer, the header mappings of HTTP
   * integrations and the API's responses to refused requests, and renews the deployment with each change. Methods that are
   * added after this call are included.
   *
   * Synth fails if a method would stay open, unless it is excluded by name or is a preflight that API Gateway answers.
   *
   * @throws InputError if CDK does not know the API's methods, or if the API is in another stack
   */
  protect(api: RestApi, options: ProtectOptions = {}): void {
    onBehalfOf(this.protect, () => protectRestApi(this.protecting, api, options));
  }

  /**
   * Creates an authorizer for routes of an HTTP API of this stack. It receives payload 2.0 and returns simple responses.
   *
   * Vouched headers reach the backend only through integrations that map them by `httpRequestParameters`. An API with automatic
   * deployment serves a new mapping and a new version at different moments; `GateHttpApi` does not.
   *
   * @throws InputError if the rules use something that HTTP APIs do not support
   */
  httpAuthorizer(): IHttpRouteAuthorizer {
    this.supportHttpApis();
    return new HttpGateAuthorizer(this.version);
  }

  /**
   * Request parameters of an HTTP API's integration that overwrite every vouched header by the gate's value, for
   * `ParameterMapping.fromObject` and `CfnIntegration`.
   *
   * @throws InputError if the rules use something that HTTP APIs do not support
   */
  httpRequestParameters(): Record<string, string> {
    this.supportHttpApis();
    return { ...httpApiParameters(this.vouchedHeaders) };
  }

  /**
   * Creates an authorizer for the route `$connect` of a WebSocket API of this stack.
   *
   * @throws InputError if the rules use something that WebSocket APIs do not support
   */
  webSocketAuthorizer(): IWebSocketRouteAuthorizer {
    checkForWebSocketApis(this.protecting.report, this.timeout);
    return new WebSocketGateAuthorizer(this.version);
  }

  /**
   * Request parameters of a WebSocket API's HTTP integrations that set every vouched header, and the headers that identify the
   * connection.
   *
   * @throws InputError if the rules use something that WebSocket APIs do not support
   */
  webSocketRequestParameters(): Record<string, string> {
    checkForWebSocketApis(this.protecting.report, this.timeout);
    return { ...webSocketParameters(this.vouchedHeaders) };
  }

  private supportHttpApis(): void {
    checkForHttpApis(this.protecting.report, this.timeout);
    this.function.addEnvironment(variableOf("api.kind"), "simple");
  }

  /**
   * Publishes the public signing keys for services that verify the gate's tokens: `/.well-known/jwks.json`, and
   * `/.well-known/openid-configuration`, which refers to it. Both are public and bypass the gate, even if the API is protected
   * and rules match these paths.
   *
   * @throws InputError if the issuer of the tokens is not known, or if a key would sign before backends know it
   */
  publishKeys(api: RestApi, options: PublishKeysOptions = {}): void {
    onBehalfOf(this.publishKeys, () => this.publisher.publish(api, options));
  }

  /**
   * Gives the authorizers of an existing REST API the permission to call the function, and writes the parameters under
   * `/oathgate/NAME/` that `oathgate attach --stage NAME` reads to put the API's methods behind the gate.
   *
   * @param restApiId the id of a REST API of this stack's account and region
   * @throws InputError if the name is not valid, or if the contract does not fit into a parameter
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

/** The default of `timeout`. */
const DEFAULT_TIMEOUT = Duration.seconds(10);
