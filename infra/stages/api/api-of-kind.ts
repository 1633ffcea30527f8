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

/** A stage's API, of whichever kind. */
export interface AddedApi {
  readonly id: string;
  /** Where clients call it. */
  readonly url: string;
  /** What the backend can recognise the gateway by, where the stage has it. */
  readonly clientCertificates?: ClientCertificates;
  /** What is exported for `oathgate attach`, where the API is made elsewhere. */
  readonly attached?: AttachedApi;
}

/** What a stage's API is made from. */
export interface StageApiInput {
  readonly stage: Stage;
  readonly apiName: string;
  /** What the stage's rules sign, and which match the paths of its keys; not there where nothing is deployed. */
  readonly checked?: Pick<CheckedGate, "signedTokens" | "rulesOfPaths"> | undefined;
}

/**
 * Makes a stage's API, of the kind that the stage names, with the gate in front of its backend. Of one that is made elsewhere,
 * what `oathgate attach` needs.
 *
 * @throws InputError where the rules ask for what that kind can't do
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
        // The local cloud does not tell its functions the address that it is called by.
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

/** Where no name of AWS's leads to this machine, the local cloud takes the API's id in the path. */
function localUrl(
  { awsEndpointUrl }: Pick<StageSettings, "awsEndpointUrl">,
  path: string,
): string | undefined {
  return awsEndpointUrl === undefined
    ? undefined
    : `${awsEndpointUrl.replace(/\/+$/, "")}/_aws/execute-api/${path}`;
}
