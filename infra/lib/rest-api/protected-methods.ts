import { Annotations, type IAspect, RemovalPolicy, Token } from "aws-cdk-lib";
import {
  type CfnDeployment,
  type CfnMethod,
  CfnStage,
  Deployment,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IConstruct, IDependable } from "constructs";
import {
  integrationOf,
  isCfn,
  isMethod,
  isOpen,
  type MethodIntegration,
  methodName,
  referenceTarget,
  takesHeaderMappings,
} from "./api-elements";
import { REQUEST_HEADER, type RequestParameters } from "./header-mappings";
import type { VersionAuthorizer } from "./version-authorizer";

/** Props for `ProtectedMethods`. */
export interface ProtectedMethodsProps {
  readonly api: RestApi;
  readonly authorizer: VersionAuthorizer;
  /** What the API requires before it serves requests. */
  readonly before: readonly IDependable[];
  /** Whether a deployment is kept when the next one replaces it. */
  readonly retainDeployments: boolean;
  /** The header mappings of decided requests. */
  readonly vouched: RequestParameters;
  /** The header mappings of excluded methods' requests. */
  readonly placeholders: RequestParameters;
  /** Public methods, such as `GET /health`. */
  readonly exclude: readonly string[];
  /** The public methods that publish the signing keys. */
  readonly published: ReadonlySet<CfnMethod>;
  /** Whether forged headers are replaced instead of refused. */
  readonly replacesForgedHeaders: boolean;
}

/** A method of the API and how it is treated. */
export interface TreatedMethod {
  readonly name: string;
  readonly method: CfnMethod;
  /** `decided` by the gate, `excluded` by name, a `preflight` that API Gateway answers itself, or `published` keys. */
  readonly treatment: "decided" | "excluded" | "preflight" | "published";
  /** The mappings that its integration's request parameters must contain. */
  readonly mappings: RequestParameters;
}

/**
 * Puts every method of an API behind the authorizer, no matter which construct creates it or when: this aspect visits the whole
 * app after it is complete. Methods that can't be put behind the authorizer become complaints.
 */
export class ProtectedMethods implements IAspect {
  /** Every method that was found. */
  readonly methods = new Map<CfnMethod, TreatedMethod>();
  /** The reasons why methods can't be protected, one message each. */
  readonly complaints: string[] = [];
  /** The normalised names of excluded methods. */
  readonly excluded: ReadonlySet<string>;

  constructor(readonly props: ProtectedMethodsProps) {
    this.excluded = new Set(props.exclude.map(normalisedName));
  }

  visit(construct: IConstruct): void {
    if (isMethod(construct) && this.isOfApi(construct)) {
      if (!this.methods.has(construct)) {
        this.protect(construct);
      }
    } else if (construct instanceof Deployment && construct.api === this.props.api) {
      this.renewWithChanges(construct);
    } else if (isCfn<CfnStage>(construct, CfnStage) && this.isOfApi(construct)) {
      construct.node.addDependency(...this.props.before);
      warnOfCache(construct);
    }
  }

  /** Whether an element belongs to this API. */
  isOfApi(element: { readonly restApiId: string }): boolean {
    return referenceTarget(element.restApiId) === this.props.api.node.defaultChild;
  }

  private protect(method: CfnMethod): void {
    const integration = integrationOf(method);
    const treated = this.treat(method, integration);
    this.methods.set(method, treated);
    if (treated.treatment === "decided") {
      this.authorize(treated, integration);
    }
    this.map(treated, integration);
  }

  private treat(method: CfnMethod, integration: MethodIntegration): TreatedMethod {
    const name = methodName(method);
    const { vouched, placeholders, published } = this.props;
    if (published.has(method)) {
      return { name, method, treatment: "published", mappings: {} };
    }
    if (this.excluded.has(name)) {
      const mappings = takesHeaderMappings(integration) ? placeholders : {};
      return { name, method, treatment: "excluded", mappings };
    }
    if (name.startsWith("OPTIONS ") && integration.type === "MOCK" && isOpen(method)) {
      return { name, method, treatment: "preflight", mappings: {} };
    }
    return {
      name,
      method,
      treatment: "decided",
      mappings: takesHeaderMappings(integration) ? vouched : {},
    };
  }

  private authorize({ name, method }: TreatedMethod, { type }: MethodIntegration): void {
    if (!isOpen(method)) {
      this.complaints.push(
        `\`${name}\` has an authorizer of its own: remove it, so that the gate decides, or exclude the method by \`exclude: ["${name}"]\``,
      );
      return;
    }
    if ((type === "AWS_PROXY" || type === "AWS") && this.props.replacesForgedHeaders) {
      this.complaints.push(
        `\`${name}\` has an integration that receives the client's own headers, so \`forgedHeaders: "replace"\` would let forged ones through: keep \`forgedHeaders\` at "refuse", or use an HTTP integration`,
      );
    }
    method.authorizationType = "CUSTOM";
    method.authorizerId = this.props.authorizer.authorizerId;
  }

  private map({ name, method, mappings }: TreatedMethod, integration: MethodIntegration): void {
    const own = integration.requestParameters ?? {};
    const ours = new Set(Object.keys(mappings).map((key) => key.toLowerCase()));
    for (const key of Object.keys(own).filter((written) => ours.has(written.toLowerCase()))) {
      this.complaints.push(
        `\`${name}\` maps the vouched header \`${key.slice(REQUEST_HEADER.length)}\` itself: remove \`${key}\` from its request parameters`,
      );
    }
    if (Object.keys(mappings).length === 0) {
      return;
    }
    if (Token.isUnresolved(method.integration)) {
      for (const [key, value] of Object.entries(mappings)) {
        method.addPropertyOverride(`Integration.RequestParameters.${key.replaceAll(".", "\\.")}`, value);
      }
    } else {
      method.integration = {
        ...(method.integration as CfnMethod.IntegrationProperty),
        requestParameters: { ...own, ...mappings } as Record<string, string>,
      };
    }
  }

  /** Creates another deployment for each change of the version, the mappings or the exclusions. */
  private renewWithChanges(deployment: Deployment): void {
    const { authorizer, vouched, placeholders } = this.props;
    deployment.node.addDependency(authorizer);
    if (this.props.retainDeployments) {
      const resource = deployment.node.defaultChild as CfnDeployment;
      resource.description = authorizer.description;
      resource.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }
    deployment.addToLogicalId({
      authorizer: authorizer.authorizer.authorizerUri,
      vouched,
      placeholders,
      excluded: [...this.excluded],
    });
  }
}

/** Warns of API Gateway's response cache: a granted request gets the cached response, even one to another user's request. */
function warnOfCache(stage: CfnStage): void {
  const { cacheClusterEnabled } = stage;
  if (cacheClusterEnabled !== undefined && cacheClusterEnabled !== false) {
    Annotations.of(stage).addWarningV2(
      "oathgate:cache",
      "API Gateway's cache returns a response that was made for one user to the next user who sends the same request: enable it only for methods whose responses are the same for everyone",
    );
  }
}

/** A method's name with the verb in upper case and single spaces, for comparisons. */
function normalisedName(name: string): string {
  const [verb = "", ...path] = name.trim().split(/\s+/);
  return [verb.toUpperCase(), ...path].join(" ");
}
