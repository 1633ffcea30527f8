import { Duration, Token } from "aws-cdk-lib";
import {
  AuthorizationType,
  type CfnMethod,
  LambdaIntegration,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { variable, variableOf } from "../facts";
import { basePath } from "../prop-values";
import { type SecretsFunctionOptions, secretsFunction } from "./secrets-function";

/** The paths of the documents, relative to the path that they are published under. */
export const KEY_DOCUMENTS = ["/.well-known/jwks.json", "/.well-known/openid-configuration"] as const;

/** How the public signing keys are published. */
export interface PublishKeysOptions {
  /** The path under which the documents are published, such as `/auth`. @default the API's root */
  readonly path?: string;
  /** How long verifiers may cache the documents, 1 second to 1 day. @default Duration.minutes(5) */
  readonly maxAge?: Duration;
  /** The `issuer` in the discovery document. @default the issuer of the rules' tokens (`issuer_url`) */
  readonly issuer?: string;
  /**
   * The public base URL of `/.well-known/jwks.json`, if it differs from the URL by which API Gateway is called.
   * @default the URL by which API Gateway is called
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
  /** The rights that a function needs to read the keys. */
  readonly mayRead: PolicyStatement[];
  /** The variables that name the keys' secret and how long it is cached. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Serves the public signing keys at an API, to everyone, by GET and HEAD. The function may read the secret and nothing else, and
 * returns public keys only.
 */
export class KeysEndpoint extends Construct {
  /** The public methods. */
  readonly methods: readonly CfnMethod[];

  constructor(scope: Construct, id: string, props: KeysEndpointProps) {
    super(scope, id);
    const { function: publisher } = secretsFunction(this, {
      ...props,
      purpose: "Publishes the public signing keys of the gate",
      may: props.mayRead,
      timeout: Duration.seconds(10),
      environment: {
        ...props.environment,
        [variable("KEYS_TASK")]: "endpoint",
        [variableOf("keysEndpoint.maxAgeSeconds")]: String(props.maxAge.toSeconds()),
        [variableOf("keysEndpoint.issuer")]: props.issuer,
        ...(props.url === undefined ? {} : { [variableOf("keysEndpoint.url")]: props.url }),
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

/** Whether a path can precede `/.well-known/…`. */
export function isPathPrefix(path: string): boolean {
  return Token.isUnresolved(path) || path === "" || basePath.safeParse(path).success;
}
