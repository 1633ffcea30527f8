import type { Construct } from "constructs";
import type { Oathgate } from "../../lib/oathgate";
import { FrontDoor } from "../front-door";
import type { Stage } from "../stage";
import type { StageSettings } from "../stage-schema";
import type { ClientCertificates } from "./client-certificates";
import { StageApi } from "./stage-api";
import { addHttpApi } from "./stage-http-api";
import { addWebSocketApi } from "./stage-web-socket-api";

/** A stage's API, of whichever kind. */
export interface AddedApi {
  readonly id: string;
  /** Where clients call it. */
  readonly url: string;
  /** What the backend can recognise the gateway by, where the stage has it. */
  readonly clientCertificates?: ClientCertificates;
}

/**
 * Makes a stage's API, of the kind that the stage names, with the gate in front of its backend.
 *
 * @throws InputError where the rules ask for what that kind can't do
 */
export function addStageApi(
  scope: Construct,
  gate: Oathgate,
  { stage, apiName }: { readonly stage: Stage; readonly apiName: string },
): AddedApi {
  const { name: stageName, settings } = stage;
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
      return {
        id: api.restApiId,
        url: localUrl(settings, `${api.restApiId}/${stageName}/`) ?? frontDoor.url,
        ...(clientCertificates === undefined ? {} : { clientCertificates }),
      };
    }
  }
}

/** Where no name of AWS's leads to this machine, the local cloud takes the API's id in the path. */
function localUrl(
  { awsEndpointUrl }: Pick<StageSettings, "awsEndpointUrl">,
  path: string,
): string | undefined {
  return awsEndpointUrl === undefined
    ? undefined
    : `${awsEndpointUrl.replace(/\/+$/, "")}/_aws/execute-api/${path}`;
}
