import { type IAspect, Stack, Token } from "aws-cdk-lib";
import {
  CfnDeployment,
  CfnGatewayResponse,
  type CfnMethod,
  CfnStage,
  Deployment,
  type RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IConstruct, IDependable } from "constructs";
import { nearMiss } from "../near-miss";
import { REQUEST_HEADER, type RequestParameters } from "./header-mappings";
import { isCfn, isMethod, methodName, referenceTarget } from "./method-name";
import type { VersionAuthorizer } from "./version-authorizer";

/** Props for `ProtectedMethods`. */
export interface ProtectedMethodsProps {
  readonly api: RestApi;
  readonly authorizer: VersionAuthorizer;
  /** What must be there before the API answers. */
  readonly before: readonly IDependable[];
  /** What each decided request's headers are replaced by. */
  readonly vouched: RequestParameters;
  /** What the vouched headers of excluded methods' requests are replaced by. */
  readonly placeholders: RequestParameters;
  /** Methods that anybody may call, such as `GET /health`. */
  readonly exclude: readonly string[];
  /** Whether a header that the client forges is replaced instead of refused. */
  readonly replacesForgedHeaders: boolean;
}

/** A method's integration, as CloudFormation takes it. */
interface Integration {
  readonly type?: string;
  readonly requestParameters?: Record<string, unknown>;
}

/** What becomes of a method. */
type Treatment = "decided" | "excluded" | "preflight";

/**
 * Puts every method of an API behind the authorizer, whoever makes it and whenever: it is applied to the whole app once that
 * is complete. What can't be put behind it, and is not excluded by name, ends synth.
 */
export class ProtectedMethods implements IAspect {
  /** Each method that was found, by its name. */
  private readonly found = new Map<string, CfnMethod[]>();
  private readonly complaints: string[] = [];
  private readonly excluded: ReadonlySet<string>;

  constructor(private readonly props: ProtectedMethodsProps) {
    this.excluded = new Set(props.exclude.map(asWritten));
  }

  visit(construct: IConstruct): void {
    if (isMethod(construct) && this.isOfApi(construct)) {
      this.protect(construct);
    } else if (construct instanceof Deployment && construct.api === this.props.api) {
      this.follow(construct);
    } else if (isCfn<CfnStage>(construct, CfnStage) && this.isOfApi(construct)) {
      construct.node.addDependency(...this.props.before);
    }
  }

  /** What keeps the API from being protected, in sentences. */
  validate(): string[] {
    const known = [...this.found.keys()];
    const slips = [...this.excluded]
      .filter((name) => !this.found.has(name))
      .map((name) => {
        const meant = nearMiss(name, known);
        const hint =
          meant === undefined ? `the methods are ${known.join(", ")}` : `did you mean \`${meant}\`?`;
        return `\`exclude\` names \`${name}\`, which is not a method of this API; ${hint}`;
      });
    return [...this.complaints, ...slips, ...this.undone(), ...this.notFollowed(), ...this.unseen()];
  }

  private isOfApi(resource: { readonly restApiId: string }): boolean {
    return referenceTarget(resource.restApiId) === this.props.api.node.defaultChild;
  }

  private protect(method: CfnMethod): void {
    const name = methodName(method);
    const known = this.found.get(name) ?? [];
    if (known.includes(method)) {
      return;
    }
    this.found.set(name, [...known, method]);
    const integration = integrationOf(method);
    const treatment = this.treatmentOf(name, method, integration);
    if (treatment === "preflight") {
      return;
    }
    if (treatment === "decided") {
      this.authorize(name, method, integration);
    }
    if (takesHeaders(integration)) {
      this.map(
        name,
        method,
        integration,
        treatment === "decided" ? this.props.vouched : this.props.placeholders,
      );
    }
  }

  private treatmentOf(name: string, method: CfnMethod, integration: Integration): Treatment {
    if (this.excluded.has(name)) {
      return "excluded";
    }
    return name.startsWith("OPTIONS ") && integration.type === "MOCK" && isOpen(method)
      ? "preflight"
      : "decided";
  }

  private authorize(name: string, method: CfnMethod, integration: Integration): void {
    if (!isOpen(method)) {
      this.complaints.push(
        `\`${name}\` has an authorizer of its own: leave it out, so that the gate decides, or exclude the method from the gate by \`exclude: ["${name}"]\``,
      );
      return;
    }
    if (integration.type === "AWS_PROXY" && this.props.replacesForgedHeaders) {
      this.complaints.push(
        `\`${name}\` hands the client's headers to its function as they are, so \`forgedHeaders: "replace"\` would let forged ones in: leave \`forgedHeaders\` at "refuse", or use an HTTP integration`,
      );
    }
    method.authorizationType = "CUSTOM";
    method.authorizerId = this.props.authorizer.authorizerId;
  }

  private map(name: string, method: CfnMethod, integration: Integration, mappings: RequestParameters): void {
    const own = integration.requestParameters ?? {};
    const mapped = new Set(Object.keys(mappings).map((key) => key.toLowerCase()));
    for (const key of Object.keys(own).filter((written) => mapped.has(written.toLowerCase()))) {
      this.complaints.push(
        `\`${name}\` maps the header \`${key.slice(REQUEST_HEADER.length)}\` itself, which the gate vouches for: leave out \`${key}\``,
      );
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
    const { authorizer, vouched, placeholders, exclude } = this.props;
    deployment.node.addDependency(authorizer);
    deployment.addToLogicalId({
      authorizer: authorizer.authorizer.authorizerUri,
      ...{ vouched, placeholders, exclude },
    });
  }

  /** Methods that something has changed since. */
  private undone(): string[] {
    const { authorizer, vouched, placeholders } = this.props;
    const id = Stack.of(authorizer).resolve(authorizer.authorizerId);
    const complaints: string[] = [];
    for (const [name, methods] of this.found) {
      for (const method of methods) {
        const { AuthorizationType: type, AuthorizerId, Integration } = renderedProperties(method);
        const treatment = this.treatmentOf(name, method, integrationOf(method));
        // A method of another stack refers to the authorizer by a parameter.
        const same =
          Stack.of(method) !== Stack.of(authorizer) || JSON.stringify(AuthorizerId) === JSON.stringify(id);
        if (treatment === "decided" && this.complaints.length === 0 && !(type === "CUSTOM" && same)) {
          complaints.push(
            `\`${name}\` stays open: something sets its authorizer after the gate has; leave that out, or exclude the method by \`exclude: ["${name}"]\``,
          );
        }
        const wanted = treatment === "decided" ? vouched : treatment === "excluded" ? placeholders : {};
        const missing = Object.entries(takesHeaders(integrationOf(method)) ? wanted : {}).filter(
          ([key, value]) => Integration?.RequestParameters?.[key] !== value,
        );
        if (missing.length > 0 && this.complaints.length === 0) {
          complaints.push(
            `\`${name}\` would let clients forge ${missing.map(([key]) => `\`${key.slice(REQUEST_HEADER.length)}\``).join(", ")}: something sets its request parameters after the gate has; leave that out`,
          );
        }
      }
    }
    return complaints;
  }

  /** Deployments that would keep their name, so that API Gateway would go on with what it has. */
  private notFollowed(): string[] {
    return Stack.of(this.props.api)
      .node.findAll()
      .filter((construct): construct is CfnDeployment => isCfn<CfnDeployment>(construct, CfnDeployment))
      .filter((deployment) => this.isOfApi(deployment) && !(deployment.node.scope instanceof Deployment))
      .map(
        (deployment) =>
          `the deployment \`${deployment.node.path}\` is a CfnDeployment, which stays as it is when the gate changes: make it a Deployment`,
      );
  }

  /** What an OpenAPI document defines is nothing that CDK knows. */
  private unseen(): string[] {
    const resource = this.props.api.node.defaultChild;
    const { Body, BodyS3Location, CloneFrom } = renderedProperties(resource as CfnMethod);
    return Body === undefined && BodyS3Location === undefined && CloneFrom === undefined
      ? []
      : [
          seenByAttachOnly(
            "the API's methods come from an OpenAPI document or another API, where CDK does not see them",
          ),
        ];
  }
}

/** What to do about an API whose methods this app does not make. */
export function seenByAttachOnly(reason: string): string {
  return `${reason}: use \`attachTo(api.restApiId)\`, and let \`oathgate attach\` put the methods behind the authorizer`;
}

/** Gateway responses of an API that the app makes itself and that the gate's would take the place of. */
export function ownGatewayResponses(api: RestApi, ours: readonly string[]): string[] {
  const types = Stack.of(api)
    .node.findAll()
    .filter((construct): construct is CfnGatewayResponse =>
      isCfn<CfnGatewayResponse>(construct, CfnGatewayResponse),
    )
    .filter((response) => referenceTarget(response.restApiId) === api.node.defaultChild)
    .map((response) => response.responseType);
  return ours
    .filter((type) => types.filter((other) => other === type).length > 1)
    .map(
      (type) =>
        `the API has a gateway response for ${type} of its own, and the gate makes one: leave yours out`,
    );
}

/** A method's name in the spelling that it is compared in. */
function asWritten(name: string): string {
  const [verb = "", ...path] = name.trim().split(/\s+/);
  return [verb.toUpperCase(), ...path].join(" ");
}

/** Whether nothing decides about a method's requests. */
function isOpen(method: CfnMethod): boolean {
  return (method.authorizationType ?? "NONE") === "NONE" && method.authorizerId === undefined;
}

function integrationOf(method: CfnMethod): Integration {
  return Stack.of(method).resolve(method.integration) ?? {};
}

/** Whether an integration sends the client's headers to an HTTP backend, and can replace them. */
function takesHeaders({ type }: Integration): boolean {
  return type === "HTTP" || type === "HTTP_PROXY";
}

interface RenderedProperties {
  readonly AuthorizationType?: unknown;
  readonly AuthorizerId?: unknown;
  readonly Integration?: { readonly RequestParameters?: Record<string, unknown> };
  readonly Body?: unknown;
  readonly BodyS3Location?: unknown;
  readonly CloneFrom?: unknown;
}

/** A resource's properties as the template has them, with what was laid over them. */
function renderedProperties(resource: CfnMethod): RenderedProperties {
  const { _toCloudFormation: render } = resource as unknown as { _toCloudFormation(): object };
  const { Resources } = Stack.of(resource).resolve(render.call(resource)) as {
    Resources: Record<string, { Properties?: RenderedProperties }>;
  };
  return Object.values(Resources)[0]?.Properties ?? {};
}
