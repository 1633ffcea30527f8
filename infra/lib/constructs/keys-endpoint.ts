import { Duration, Token } from "aws-cdk-lib";
import {
  AuthorizationType,
  type CfnMethod,
  LambdaIntegration,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { basePath } from "../prop-values";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** The documents, below the path that they are published at. */
export const KEY_DOCUMENTS = ["/.well-known/jwks.json", "/.well-known/openid-configuration"] as const;

/** How the public documents about the signing keys are published. */
export interface PublishKeysOptions {
  /** A path that they are put below, such as `/auth`. @default the API's root */
  readonly path?: string;
  /** How long whoever verifies tokens may keep them: 1 second to 1 day. @default Duration.minutes(5) */
  readonly maxAge?: Duration;
  /** The `issuer` that the discovery document names. @default what the rules' tokens name (`issuer_url`) */
  readonly issuer?: string;
  /**
   * The public URL that `/.well-known/jwks.json` is found below, where that is not where API Gateway is called.
   * @default the address that API Gateway was called by
   */
  readonly url?: string;
}

/** Props for `KeysEndpoint`. */
export interface KeysEndpointProps extends SecretsFunctionOptions {
  readonly api: RestApi;
  readonly path: string;
  readonly maxAge: Duration;
  readonly issuer: string;
  readonly url: string | undefined;
  /** What a function must be allowed to read the keys. */
  readonly mayRead: PolicyStatement[];
  /** Where the keys are, and for how long they are kept. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Answers an API's requests for the public documents about the signing keys. Anybody may ask, by GET and HEAD; the function
 * can read the secret and nothing else, and gives away public halves alone.
 */
export class KeysEndpoint extends Construct {
  /** The methods that are open to everybody. */
  readonly methods: readonly CfnMethod[];

  constructor(scope: Construct, id: string, props: KeysEndpointProps) {
    super(scope, id);
    const { function: publisher } = secretsFunction(this, {
      ...props,
      purpose: "Publishes the public halves of the gate's signing keys",
      may: props.mayRead,
      timeout: Duration.seconds(10),
      environment: {
        ...props.environment,
        OATHGATE_KEYS_TASK: "endpoint",
        OATHGATE_KEYS_MAX_AGE_SECONDS: String(props.maxAge.toSeconds()),
        OATHGATE_KEYS_ISSUER: props.issuer,
        ...(props.url === undefined ? {} : { OATHGATE_KEYS_BASE_URL: props.url }),
      },
    });
    const integration = new LambdaIntegration(publisher, { scopePermissionToMethod: false });
    this.methods = KEY_DOCUMENTS.flatMap((document) => {
      const resource = props.api.root.resourceForPath(`${props.path}${document}`);
      return ["GET", "HEAD"].map((method) => {
        const open = resource.addMethod(method, integration, { authorizationType: AuthorizationType.NONE });
        return open.node.defaultChild as CfnMethod;
      });
    });
  }
}

/** Whether a path can stand before `/.well-known/…`. */
export function isPathPrefix(path: string): boolean {
  return Token.isUnresolved(path) || path === "" || basePath.safeParse(path).success;
}
