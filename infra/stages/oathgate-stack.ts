import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { AuthorizerFunction } from "../lib/constructs/authorizer-function";
import { GateApi } from "../lib/constructs/gate-api";
import { lambdaArchitecture } from "../lib/constructs/rust-code";
import { SigningKeys } from "../lib/constructs/signing-keys";
import type { FunctionSources } from "../lib/function-sources";
import type { GateReport, ListedRule } from "../lib/oathgate-cli";
import { rulesInReview } from "../lib/rules-in-review";
import type { Stage } from "./stage";

/** Props for `OathgateStack`. */
export interface OathgateStackProps extends StackProps {
  readonly stage: Stage;
  /** What the stage's configuration and rules ask of the stack. */
  readonly report: GateReport;
  /** The rules, for the template's metadata. */
  readonly rules: readonly ListedRule[];
  /** The functions' code. */
  readonly functions: FunctionSources;
}

/** One stage of the gate: keys, the function that decides, and the API in front of the backend. */
export class OathgateStack extends Stack {
  constructor(scope: Construct, id: string, props: OathgateStackProps) {
    super(scope, id, props);
    const { name, settings } = props.stage;
    const architecture = lambdaArchitecture(settings.architecture);

    const signingKeys = new SigningKeys(this, "SigningKeys", {
      source: props.functions.signingKeys,
      architecture,
      settings: settings.signingKeys,
      logs: settings.logs,
      awsEndpointUrl: settings.awsEndpointUrl,
    });
    const authorizer = new AuthorizerFunction(this, "Authorizer", {
      source: props.functions.authorizer,
      stageName: name,
      architecture,
      signingKeys,
      settings,
    });
    const gate = new GateApi(this, "Gate", {
      apiName: id,
      stageName: name,
      authorizer: authorizer.version,
      report: props.report,
      settings,
    });
    // No request is answered before there is a key to sign with.
    gate.api.deploymentStage.node.addDependency(signingKeys.filled);

    this.templateOptions.metadata = rulesInReview(props.rules);

    for (const [key, value] of Object.entries(settings.tags)) {
      Tags.of(this).add(key, value);
    }
    // Where no name of AWS's leads to this machine, the local cloud takes the API's id in the path.
    const url =
      settings.awsEndpointUrl === undefined
        ? gate.api.url
        : `${settings.awsEndpointUrl.replace(/\/+$/, "")}/_aws/execute-api/${gate.api.restApiId}/${name}/`;
    this.output("ApiUrl", url, "Where the API is asked");
    this.output("ApiId", gate.api.restApiId, "The API's id");
    this.output("AuthorizerFunctionName", authorizer.function.functionName, "The function that decides");
    this.output("SigningKeysSecretArn", signingKeys.secret.secretArn, "The secret with the signing keys");
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
