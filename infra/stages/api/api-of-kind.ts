import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { CheckedGate } from "../../lib/checked-gate";
import type { Oathgate } from "../../lib/oathgate";
import type { AttachedApi } from "../../lib/rest-api/attached-api";
import { FrontDoor } from "../front-door";
import { publishedKeysOf } from "../published-keys";
import type { Stage } from "../stage";
import type { StageSettings } from "../stage-schema";
import type { ClientCertificates } from "./client-certificates";
import { StageApi } from "./stage-api";
import { addHttpApi } from "./stage-http-api";
import { addWebSocketApi } from "./stage-web-socket-api";

/** A stage's API, of any kind. */
export interface AddedApi {
  readonly id: string;
  /** The URL for clients. */
  readonly url: string;
  /** The client certificates by which the backend recognises API Gateway. @default none */
  readonly clientCertificates?: ClientCertificates;
  /** What is exported for `oathgate attach`, if the API exists already. */
  readonly attached?: AttachedApi;
}

/** Props for `addStageApi`. */
export interface StageApiInput {
  readonly stage: Stage;
  readonly apiName: string;
  /** The tokens that the stage's rules sign, and the rules that match the paths of its keys; `undefined` if nothing is deployed. */
  readonly checked?: Pick<CheckedGate, "signedTokens" | "rulesOfPaths"> | undefined;
}

/**
 * Creates a stage's API of the stage's kind, with the gate in front of its backend; for an existing API, creates what
 * `oathgate attach` needs.
 *
 * @throws InputError if the rules use something that this kind of API does not support
 */
export function addStageApi(
  scope: Construct,
  gate: Oathgate,
  { stage, apiName, checked }: StageApiInput,
): AddedApi {
  const { name: stageName, settings } = stage;
  const { attach, stage: ofApi, exclude } = settings.api;
  if (attach !== undefined && ofApi !== undefined) {
    const attached = gate.attachTo(attach, {
      name: stageName,
      stageName: ofApi,
      ...(exclude === undefined ? {} : { exclude }),
      ...(settings.cors === undefined ? {} : { cors: settings.cors }),
    });
    const { region, urlSuffix } = Stack.of(scope);
    const url = `https://${attach}.execute-api.${region}.${urlSuffix}/${ofApi}/`;
    return { id: attach, url: localUrl(settings, `${attach}/${ofApi}/`) ?? url, attached };
  }
  const props = { apiName, stageName, settings };
  switch (settings.api.kind) {
    case "http": {
      const { apiId, url } = addHttpApi(scope, gate, props);
      return { id: apiId, url: localUrl(settings, `${apiId}/$default/`) ?? url };
    }
    case "websocket": {
      const { apiId, url } = addWebSocketApi(scope, gate, props);
      return { id: apiId, url: localUrl(settings, `${apiId}/${stageName}`)?.replace(/^http/, "ws") ?? url };
    }
    case "rest": {
      const { api, clientCertificates } = new StageApi(scope, "Gate", props);
      gate.protect(api, settings.cors === undefined ? {} : { cors: settings.cors });
      const frontDoor = new FrontDoor(scope, "FrontDoor", { stage, api, gate });
      const local = localUrl(settings, `${api.restApiId}/${stageName}/`);
      const publishing = checked && publishedKeysOf(stage, checked);
      if (publishing !== undefined) {
        // On the local cloud, functions do not see the URL by which it is called.
        gate.publishKeys(api, local === undefined ? publishing : { url: local, ...publishing });
      }
      return {
        id: api.restApiId,
        url: local ?? frontDoor.url,
        ...(clientCertificates === undefined ? {} : { clientCertificates }),
      };
    }
  }
}

/** The API's URL on the local cloud, which has the API's id in the path because it has no host names of its own. */
function localUrl(
  { awsEndpointUrl }: Pick<StageSettings, "awsEndpointUrl">,
  path: string,
): string | undefined {
  return awsEndpointUrl === undefined
    ? undefined
    : `${awsEndpointUrl.replace(/\/+$/, "")}/_aws/execute-api/${path}`;
}
