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
  /** What must be there before the API answers. */
  readonly before: readonly IDependable[];
  /** Whether a deployment stays when the next one takes its place. */
  readonly retainDeployments: boolean;
  /** What each decided request's headers are replaced by. */
  readonly vouched: RequestParameters;
  /** What the vouched headers of excluded methods' requests are replaced by. */
  readonly placeholders: RequestParameters;
  /** Methods that anybody may call, such as `GET /health`. */
  readonly exclude: readonly string[];
  /** Methods that publish the signing keys to everybody. */
  readonly published: ReadonlySet<CfnMethod>;
  /** Whether a header that the client forges is replaced instead of refused. */
  readonly replacesForgedHeaders: boolean;
}

/** A method of the API, and what becomes of it. */
export interface TreatedMethod {
  readonly name: string;
  readonly method: CfnMethod;
  /** `decided` by the gate, `excluded` by name, a `preflight` that API Gateway answers itself, or keys `published`. */
  readonly treatment: "decided" | "excluded" | "preflight" | "published";
  /** What its integration's request parameters must hold. */
  readonly mappings: RequestParameters;
}

/**
 * Puts every method of an API behind the authorizer, whoever makes it and whenever: it is applied to the whole app once that
 * is complete. What can't be put behind it is a complaint.
 */
export class ProtectedMethods implements IAspect {
  /** Every method that was found. */
  readonly methods = new Map<CfnMethod, TreatedMethod>();
  /** What keeps methods from being protected, in sentences. */
  readonly complaints: string[] = [];
  /** The names of excluded methods, each in one spelling. */
  readonly excluded: ReadonlySet<string>;

  constructor(readonly props: ProtectedMethodsProps) {
    this.excluded = new Set(props.exclude.map(inOneSpelling));
  }

  visit(construct: IConstruct): void {
    if (isMethod(construct) && this.isOfApi(construct)) {
      if (!this.methods.has(construct)) {
        this.protect(construct);
      }
    } else if (construct instanceof Deployment && construct.api === this.props.api) {
      this.follow(construct);
    } else if (isCfn<CfnStage>(construct, CfnStage) && this.isOfApi(construct)) {
      construct.node.addDependency(...this.props.before);
      warnOfCache(construct);
    }
  }

  /** Whether a part of an API belongs to this one. */
  isOfApi(part: { readonly restApiId: string }): boolean {
    return referenceTarget(part.restApiId) === this.props.api.node.defaultChild;
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
        `\`${name}\` has an authorizer of its own: leave that out, so that the gate decides, or exclude the method by \`exclude: ["${name}"]\``,
      );
      return;
    }
    if ((type === "AWS_PROXY" || type === "AWS") && this.props.replacesForgedHeaders) {
      this.complaints.push(
        `\`${name}\` has an integration that can see the client's own headers, so \`forgedHeaders: "replace"\` would let forged ones in: leave \`forgedHeaders\` at "refuse", or make the integration an HTTP one`,
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
        `\`${name}\` maps the header \`${key.slice(REQUEST_HEADER.length)}\` itself, which the gate vouches for: leave \`${key}\` out`,
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

  /** Makes another deployment for another version, other mappings or other exclusions. */
  private follow(deployment: Deployment): void {
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

/** Says where API Gateway keeps answers: it looks for one after the authorizer has granted a request, whoever is granted. */
function warnOfCache(stage: CfnStage): void {
  const { cacheClusterEnabled } = stage;
  if (cacheClusterEnabled !== undefined && cacheClusterEnabled !== false) {
    Annotations.of(stage).addWarningV2(
      "oathgate:cache",
      "API Gateway's cache hands an answer that was made for one user to the next who may ask the same: switch it on for methods only whose answers are the same for everybody",
    );
  }
}

/** A method's name in the spelling that it is compared in. */
function inOneSpelling(name: string): string {
  const [verb = "", ...path] = name.trim().split(/\s+/);
  return [verb.toUpperCase(), ...path].join(" ");
}
