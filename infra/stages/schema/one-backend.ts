import type { z } from "zod";
import type { BackendSettings } from "./backend";
import { type Complain, complainIn } from "./complain";

/** What of a stage says where allowed requests go, and what depends on it. */
export interface BackendChoice {
  readonly backendUrl?: string | undefined;
  readonly backend?: BackendSettings | undefined;
  readonly forgedHeaders: "refuse" | "replace";
  readonly clientHeaders: readonly string[];
  readonly awsEndpointUrl?: string | undefined;
}

/** A stage has one backend, and nothing that this backend can't do. */
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
      "must be an http or https URL, unless `backend.functionArn` or `backend.vpcLink` says where allowed requests go",
    );
  }
  for (const other of others) {
    complain(other, `must be left out beside \`${first?.join(".")}\`: a stage has one backend`);
  }
}

/** What the gate vouches for crosses no network in plain text, unless somebody says so. */
function encrypted({ backendUrl, backend, awsEndpointUrl }: BackendChoice, complain: Complain): void {
  const readable = "the headers the gate vouches for would cross the network readable and changeable";
  if (awsEndpointUrl === undefined && backendUrl?.startsWith("http:")) {
    complain(["backendUrl"], `must be https: ${readable}`);
  }
  const { url, allowPlainHttp } = backend?.vpcLink ?? {};
  if (awsEndpointUrl === undefined && url?.startsWith("http:") && !allowPlainHttp) {
    complain(
      ["backend", "vpcLink", "url"],
      `must be https, or \`backend.vpcLink.allowPlainHttp\` true: ${readable}, and nothing would show that it is the backend which answers`,
    );
  }
}

/** The secret header is the gate's alone. */
function secret({ backend, clientHeaders }: BackendChoice, complain: Complain): void {
  const name = backend?.secretHeader?.name.toLowerCase();
  if (clientHeaders.some((header) => header.toLowerCase() === name)) {
    complain(["clientHeaders"], "must not name the header of `backend.secretHeader`: no client may send it");
  }
}

/** API Gateway hands a function the request as it came, with what the gate says beside it. */
function fitsFunction(stage: BackendChoice, backend: BackendSettings, complain: Complain): void {
  if (stage.forgedHeaders === "replace") {
    complain(
      ["forgedHeaders"],
      "must be `refuse` beside `backend.functionArn`: API Gateway hands a function the client's headers as they are and writes none over them",
    );
  }
  if (backend.clientCertificate !== undefined) {
    complain(
      ["backend", "clientCertificate"],
      "must be left out beside `backend.functionArn`: a function is not called over HTTP; who may call it is for its policy to say",
    );
  }
  if (backend.secretHeader !== undefined) {
    complain(
      ["backend", "secretHeader"],
      "must be left out beside `backend.functionArn`: API Gateway maps no headers for a function; who may call it is for its policy to say",
    );
  }
}
