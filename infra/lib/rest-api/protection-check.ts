import { Stack, Stage } from "aws-cdk-lib";
import { CfnDeployment, CfnGatewayResponse, type CfnRestApi, Deployment } from "aws-cdk-lib/aws-apigateway";
import { nearMiss } from "../near-miss";
import { isCfn, isMethod, methodName, renderedProperties } from "./api-elements";
import { REQUEST_HEADER } from "./header-mappings";
import type { ProtectedMethods, TreatedMethod } from "./protected-methods";

/**
 * Checks that an API is protected in the template: finds methods that stay open, headers that clients could forge, names in
 * `exclude` that are not methods, and deployments that would not be renewed.
 *
 * @param refusals the types of the gateway responses that the gate creates
 * @returns one message for each finding
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
  // A mistake that was found above is not reported again by its consequences.
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

/** Methods that CDK does not know because another document defines them. */
function unseen({ props: { api } }: ProtectedMethods): string[] {
  const { Body, BodyS3Location, CloneFrom } = renderedProperties(api.node.defaultChild as CfnRestApi);
  return [Body, BodyS3Location, CloneFrom].every((source) => source === undefined)
    ? []
    : [seenByAttachOnly("the API's methods are defined in an OpenAPI document, which CDK does not read")];
}

/** Deployments that keep their logical id, so that API Gateway would keep serving the former configuration. */
function unfollowed(protection: ProtectedMethods): string[] {
  return constructsOfApp(protection)
    .filter((construct) => isCfn<CfnDeployment>(construct, CfnDeployment))
    .filter((deployment) => protection.isOfApi(deployment) && !(deployment.node.scope instanceof Deployment))
    .map(
      ({ node }) =>
        `the deployment \`${node.path}\` is a CfnDeployment, which is not renewed when the gate changes: use a \`Deployment\` instead`,
    );
}

/** The app's own gateway responses of a type that the gate also creates. */
function doubleRefusals(protection: ProtectedMethods, refusals: readonly string[]): string[] {
  const types = constructsOfApp(protection)
    .filter((construct) => isCfn<CfnGatewayResponse>(construct, CfnGatewayResponse))
    .filter((response) => protection.isOfApi(response))
    .map(({ responseType }) => responseType);
  return refusals
    .filter((type) => types.filter((other) => other === type).length > 1)
    .map(
      (type) =>
        `the API has a gateway response for ${type} of its own, which the gate creates too: remove yours`,
    );
}

/** Methods that were created after the others had been protected. */
function missed(protection: ProtectedMethods): string[] {
  return constructsOfApp(protection)
    .filter(isMethod)
    .filter((method) => protection.isOfApi(method) && !protection.methods.has(method))
    .map(
      (method) =>
        `\`${methodName(method)}\` stays open: an aspect creates it after the gate has protected all methods; give that aspect a lower priority number`,
    );
}

/** Changes that undo the protection of a method. */
function undone({ props: { authorizer } }: ProtectedMethods, treated: TreatedMethod): string[] {
  const { name, method, treatment, mappings } = treated;
  const rendered = renderedProperties(method);
  const authorizerId = Stack.of(method).resolve(authorizer.authorizerId);
  const authorized =
    rendered.AuthorizationType === "CUSTOM" &&
    JSON.stringify(rendered.AuthorizerId) === JSON.stringify(authorizerId);
  if (treatment === "decided" && !authorized) {
    return [
      `\`${name}\` stays open: an override or aspect sets its authorizer after the gate; remove that, or exclude the method by \`exclude: ["${name}"]\``,
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
        `\`${name}\` would let clients forge ${headers.join(", ")}: an override or aspect sets its request parameters after the gate; remove that`,
      ];
}

/** The message for an API whose methods this app does not create. */
export function seenByAttachOnly(reason: string): string {
  return `${reason}: use \`attachTo(api.restApiId, …)\` and put the methods behind the authorizer by \`oathgate attach\``;
}

function constructsOfApp({ props: { api } }: ProtectedMethods) {
  return (Stage.of(api) ?? api.node.root).node.findAll();
}
