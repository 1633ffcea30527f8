import { CfnResource, type IResolvable, Reference, Stack, Tokenization } from "aws-cdk-lib";
import {
  CfnResource as CfnApiResource,
  type CfnMethod,
  CfnRestApi,
  CfnMethod as Methods,
} from "aws-cdk-lib/aws-apigateway";
import type { IConstruct } from "constructs";

/** Whether a construct is a CloudFormation resource of a type. */
export function isCfn<T extends CfnResource>(
  construct: IConstruct,
  { CFN_RESOURCE_TYPE_NAME: type }: { readonly CFN_RESOURCE_TYPE_NAME: string },
): construct is T {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}

/** Whether a construct is a method of a REST API. */
export function isMethod(construct: IConstruct): construct is CfnMethod {
  return isCfn<CfnMethod>(construct, Methods);
}

/** The resource that a value refers to, such as the REST API of a method's `restApiId`. */
export function referenceTarget(value: string | IResolvable): IConstruct | undefined {
  const token = typeof value === "string" ? Tokenization.reverseString(value).firstToken : value;
  return token !== undefined && Reference.isReference(token) ? token.target : undefined;
}

/** A method's name, such as `GET /orders/{id}`. */
export function methodName(method: CfnMethod): string {
  const verb = String(Stack.of(method).resolve(method.httpMethod)).toUpperCase();
  return `${verb} ${resourcePath(method.resourceId) ?? method.node.path}`;
}

/** The path of an API's resource, `/` for its root; `undefined` if this app does not create the resource. */
function resourcePath(resourceId: string): string | undefined {
  const target = referenceTarget(resourceId);
  if (target === undefined) {
    return undefined;
  }
  if (isCfn<CfnRestApi>(target, CfnRestApi)) {
    return "/";
  }
  if (!isCfn<CfnApiResource>(target, CfnApiResource)) {
    return undefined;
  }
  const parent = resourcePath(target.parentId);
  return parent === undefined ? undefined : `${parent === "/" ? "" : parent}/${target.pathPart}`;
}

/** A method's integration, as in CloudFormation. */
export interface MethodIntegration {
  readonly type?: string;
  readonly requestParameters?: Readonly<Record<string, unknown>>;
}

/** A method's integration, with lazy values resolved. */
export function integrationOf(method: CfnMethod): MethodIntegration {
  return Stack.of(method).resolve(method.integration) ?? {};
}

/** Whether an integration forwards the client's headers to an HTTP backend and can replace them. */
export function takesHeaderMappings({ type }: MethodIntegration): boolean {
  return type === "HTTP" || type === "HTTP_PROXY";
}

/** Whether a method has no authorization. */
export function isOpen(method: CfnMethod): boolean {
  return (method.authorizationType ?? "NONE") === "NONE" && method.authorizerId === undefined;
}

/** A resource's properties as in the template, with all overrides. */
export function renderedProperties(resource: CfnResource): Readonly<Record<string, unknown>> {
  // CDK's own rendering, which its types do not expose.
  const rendering = resource as unknown as { _toCloudFormation(): object };
  const template: { Resources: Record<string, { Properties?: Record<string, unknown> }> } = Stack.of(
    resource,
  ).resolve(rendering._toCloudFormation());
  return Object.values(template.Resources)[0]?.Properties ?? {};
}
