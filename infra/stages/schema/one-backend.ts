import type { z } from "zod";
import type { BackendSettings } from "./backend";
import { type Complain, complainIn } from "./complain";

/** The settings of a stage that select its backend or depend on it. */
export interface BackendChoice {
  readonly backendUrl?: string | undefined;
  readonly backend?: BackendSettings | undefined;
  readonly forgedHeaders: "refuse" | "replace";
  readonly clientHeaders: readonly string[];
  readonly awsEndpointUrl?: string | undefined;
}

/** Checks that a stage has one backend, and only settings that this backend supports. */
export function checkBackend(stage: BackendChoice, context: z.RefinementCtx): void {
  const complain = complainIn(context);
  onlyOne(stage, complain);
  encrypted(stage, complain);
  secret(stage, complain);
  if (stage.backend?.functionArn !== undefined) {
    fitsFunction(stage, stage.backend, complain);
  }
}

function onlyOne({ backendUrl, backend }: BackendChoice, complain: Complain): void {
  const [first, ...others] = [
    ...(backendUrl === undefined ? [] : [["backendUrl"]]),
    ...(backend?.functionArn === undefined ? [] : [["backend", "functionArn"]]),
    ...(backend?.vpcLink === undefined ? [] : [["backend", "vpcLink"]]),
  ];
  if (first === undefined) {
    complain(
      ["backendUrl"],
      "must be an http or https URL, unless `backend.functionArn` or `backend.vpcLink` is set",
    );
  }
  for (const other of others) {
    complain(other, `must be removed with \`${first?.join(".")}\`: a stage has one backend`);
  }
}

/** Vouched headers must not cross a network in plain text, unless the stage allows it. */
function encrypted({ backendUrl, backend, awsEndpointUrl }: BackendChoice, complain: Complain): void {
  const risk = "anyone on the network could read and change the vouched headers";
  if (awsEndpointUrl === undefined && backendUrl?.startsWith("http:")) {
    complain(["backendUrl"], `must be https: ${risk}`);
  }
  const { url, allowPlainHttp } = backend?.vpcLink ?? {};
  if (awsEndpointUrl === undefined && url?.startsWith("http:") && !allowPlainHttp) {
    complain(
      ["backend", "vpcLink", "url"],
      `must be https, unless \`backend.vpcLink.allowPlainHttp\` is true: otherwise ${risk} or pose as the backend`,
    );
  }
}

/** The secret header must not be a client header. */
function secret({ backend, clientHeaders }: BackendChoice, complain: Complain): void {
  const name = backend?.secretHeader?.name.toLowerCase();
  if (clientHeaders.some((header) => header.toLowerCase() === name)) {
    complain(
      ["clientHeaders"],
      "must not name the header of `backend.secretHeader`, which clients must not send",
    );
  }
}

/** API Gateway passes a function the client's unchanged request, with the authorizer's context beside it. */
function fitsFunction(stage: BackendChoice, backend: BackendSettings, complain: Complain): void {
  if (stage.forgedHeaders === "replace") {
    complain(
      ["forgedHeaders"],
      "must be `refuse` with `backend.functionArn`: API Gateway passes a function the client's headers without overwriting any",
    );
  }
  if (backend.clientCertificate !== undefined) {
    complain(
      ["backend", "clientCertificate"],
      "must be removed with `backend.functionArn`: a function is not called over TLS; its policy determines who may invoke it",
    );
  }
  if (backend.secretHeader !== undefined) {
    complain(
      ["backend", "secretHeader"],
      "must be removed with `backend.functionArn`: API Gateway maps no headers for a function; its policy determines who may invoke it",
    );
  }
}
