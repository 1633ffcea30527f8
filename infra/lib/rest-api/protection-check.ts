import { Stack, Stage } from "aws-cdk-lib";
import { CfnDeployment, CfnGatewayResponse, type CfnRestApi, Deployment } from "aws-cdk-lib/aws-apigateway";
import { nearMiss } from "../near-miss";
import { isCfn, isMethod, methodName, renderedProperties } from "./api-elements";
import { REQUEST_HEADER } from "./header-mappings";
import type { ProtectedMethods, TreatedMethod } from "./protected-methods";

/**
 * Finds what keeps an API from being protected, in the app as its template will have it: methods that stay open, headers that
 * clients could forge, names in `exclude` that no method has, deployments that do not follow changes.
 *
 * @param refusals the types of the gateway responses that the gate makes
 * @returns a sentence for each
 */
export function findUnprotected(protection: ProtectedMethods, refusals: readonly string[]): string[] {
  const methods = [...protection.methods.values()];
  const refused = [
    ...protection.complaints,
    ...namedInVain(protection, methods),
    ...unseen(protection),
    ...unfollowed(protection),
    ...doubleRefusals(protection, refusals),
  ];
  // What was refused above need not be found again as a consequence.
  return refused.length > 0
    ? refused
    : [...missed(protection), ...methods.flatMap((treated) => undone(protection, treated))];
}

/** Names in `exclude` that no method has. */
function namedInVain({ excluded }: ProtectedMethods, methods: readonly TreatedMethod[]): string[] {
  const known = [...new Set(methods.map(({ name }) => name))];
  return [...excluded]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearMiss(name, known);
      const hint = meant === undefined ? `the methods are ${known.join(", ")}` : `did you mean \`${meant}\`?`;
      return `\`exclude\` names \`${name}\`, which is not a method of this API; ${hint}`;
    });
}

/** Methods that CDK does not see, because another document defines them. */
function unseen({ props: { api } }: ProtectedMethods): string[] {
  const { Body, BodyS3Location, CloneFrom } = renderedProperties(api.node.defaultChild as CfnRestApi);
  return [Body, BodyS3Location, CloneFrom].every((source) => source === undefined)
    ? []
    : [seenByAttachOnly("the API's methods come from an OpenAPI document, where CDK does not see them")];
}

/** Deployments that keep their logical id, so that API Gateway would go on with what it has. */
function unfollowed(protection: ProtectedMethods): string[] {
  return constructsOfApp(protection)
    .filter((construct) => isCfn<CfnDeployment>(construct, CfnDeployment))
    .filter((deployment) => protection.isOfApi(deployment) && !(deployment.node.scope instanceof Deployment))
    .map(
      ({ node }) =>
        `the deployment \`${node.path}\` is a CfnDeployment, which stays as it is when the gate changes: make it a Deployment`,
    );
}

/** Gateway responses of the app's own, of a type that the gate makes one of. */
function doubleRefusals(protection: ProtectedMethods, refusals: readonly string[]): string[] {
  const types = constructsOfApp(protection)
    .filter((construct) => isCfn<CfnGatewayResponse>(construct, CfnGatewayResponse))
    .filter((response) => protection.isOfApi(response))
    .map(({ responseType }) => responseType);
  return refusals
    .filter((type) => types.filter((other) => other === type).length > 1)
    .map(
      (type) =>
        `the API has a gateway response for ${type} of its own, and the gate makes one: leave yours out`,
    );
}

/** Methods that were made after all the others had been protected. */
function missed(protection: ProtectedMethods): string[] {
  return constructsOfApp(protection)
    .filter(isMethod)
    .filter((method) => protection.isOfApi(method) && !protection.methods.has(method))
    .map(
      (method) =>
        `\`${methodName(method)}\` stays open: an aspect makes it after the gate has looked at all methods; give that aspect a lower priority number`,
    );
}

/** What something has changed of a method after it was protected. */
function undone({ props: { authorizer } }: ProtectedMethods, treated: TreatedMethod): string[] {
  const { name, method, treatment, mappings } = treated;
  const rendered = renderedProperties(method);
  const authorizerId = Stack.of(method).resolve(authorizer.authorizerId);
  const authorized =
    rendered.AuthorizationType === "CUSTOM" &&
    JSON.stringify(rendered.AuthorizerId) === JSON.stringify(authorizerId);
  if (treatment === "decided" && !authorized) {
    return [
      `\`${name}\` stays open: something sets its authorizer after the gate has; leave that out, or exclude the method by \`exclude: ["${name}"]\``,
    ];
  }
  const { RequestParameters: parameters } = (rendered.Integration ?? {}) as {
    RequestParameters?: Record<string, unknown>;
  };
  const lost = Object.entries(mappings).filter(([key, value]) => parameters?.[key] !== value);
  const headers = lost.map(([key]) => `\`${key.slice(REQUEST_HEADER.length)}\``);
  return headers.length === 0
    ? []
    : [
        `\`${name}\` would let clients forge ${headers.join(", ")}: something sets its request parameters after the gate has; leave that out`,
      ];
}

/** What to do about an API whose methods this app does not make. */
export function seenByAttachOnly(reason: string): string {
  return `${reason}: use \`attachTo(api.restApiId, …)\`, and let \`oathgate attach\` put the methods behind the authorizer`;
}

function constructsOfApp({ props: { api } }: ProtectedMethods) {
  return (Stage.of(api) ?? api.node.root).node.findAll();
}
