import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { HttpIntegration, RestApi, type RestApiProps } from "aws-cdk-lib/aws-apigateway";
import { Oathgate } from "../lib/oathgate";
import type { OathgateProps } from "../lib/oathgate-props";
import type { ProtectOptions } from "../lib/rest-api/protect-options";
import { READY_CODE, REPORT, RULES } from "./synth";

/** A gate as a test of an app makes it: nothing is built, and what it decides by is said. */
export function gateIn(stack: Stack, props: Partial<OathgateProps> = {}): Oathgate {
  return new Oathgate(stack, "Gate", {
    config: "gate/config.yml",
    code: READY_CODE,
    checked: { ...REPORT, rules: RULES },
    ...props,
  });
}

/** A stack of an app without any of this project's feature flags. */
export function emptyStack(): Stack {
  return new Stack(new App({ analyticsReporting: false }), "own");
}

/** An API in it. */
export function apiIn(stack: Stack, props: RestApiProps = {}): RestApi {
  return new RestApi(stack, "Api", { cloudWatchRole: false, ...props });
}

/** An integration with a backend that is called by HTTP. */
export function http(requestParameters: Record<string, string> = {}, proxy = true): HttpIntegration {
  return new HttpIntegration("https://backend.example.com/orders", { proxy, options: { requestParameters } });
}

/** What a test makes of an API. */
export interface OwnApi {
  readonly gate?: Partial<OathgateProps>;
  readonly options?: ProtectOptions;
  readonly api?: RestApiProps;
  /** What is there when the API is protected. */
  readonly before?: (api: RestApi, stack: Stack) => void;
  /** What is made of it afterwards. */
  readonly after?: (api: RestApi, stack: Stack) => void;
}

/** The template of an app whose API is protected. */
export function protectedApi(own: OwnApi): Template {
  const stack = emptyStack();
  const api = apiIn(stack, own.api);
  own.before?.(api, stack);
  gateIn(stack, own.gate).protect(api, own.options);
  own.after?.(api, stack);
  return Template.fromStack(stack);
}

/** A method as the template has it. */
export interface RenderedMethod {
  readonly HttpMethod: string;
  readonly AuthorizationType: string;
  readonly AuthorizerId?: { readonly Ref: string };
  readonly Integration?: {
    readonly Type: string;
    readonly RequestParameters?: Readonly<Record<string, string>>;
  };
}

/** The methods of a verb. */
export function methodsOf(template: Template, verb: string): RenderedMethod[] {
  const properties = { Properties: { HttpMethod: verb } };
  return Object.values(template.findResources("AWS::ApiGateway::Method", properties)).map(
    (method) => method.Properties,
  );
}
