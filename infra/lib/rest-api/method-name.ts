import { CfnResource, type IResolvable, Reference, Stack, Tokenization } from "aws-cdk-lib";
import {
  CfnResource as CfnApiResource,
  type CfnMethod,
  type CfnRestApi,
  CfnMethod as Methods,
  CfnRestApi as RestApis,
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

/** A method as an app names it, such as `GET /orders/{id}`. */
export function methodName(method: CfnMethod): string {
  const verb = String(Stack.of(method).resolve(method.httpMethod)).toUpperCase();
  return `${verb} ${resourcePath(method.resourceId) ?? method.node.path}`;
}

/** The path of an API's resource, `/` for its root; nothing where this app does not make the resource. */
function resourcePath(resourceId: string): string | undefined {
  const target = referenceTarget(resourceId);
  if (target === undefined) {
    return undefined;
  }
  if (isCfn<CfnRestApi>(target, RestApis)) {
    return "/";
  }
  if (!isCfn<CfnApiResource>(target, CfnApiResource)) {
    return undefined;
  }
  const parent = resourcePath(target.parentId);
  return parent === undefined ? undefined : `${parent === "/" ? "" : parent}/${target.pathPart}`;
}
