import { CfnOutput, Stack, type StackProps, Tags } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { CheckedGate } from "../lib/checked-gate";
import { Oathgate } from "../lib/oathgate";
import type { OathgateCode } from "../lib/oathgate-code";
import { addStageApi } from "./api/api-of-kind";
import { gatePropsOf } from "./gate-props";
import type { Stage } from "./stage";

/** Props for `OathgateStack`. */
export interface OathgateStackProps extends StackProps {
  readonly stage: Stage;
  /** The checked gate; `undefined` if nothing is deployed. */
  readonly checked?: CheckedGate;
  /** The functions' code. */
  readonly code: OathgateCode;
}

/** One stage of the gate: keys, the function that decides, and the API in front of the backend. */
export class OathgateStack extends Stack {
  constructor(scope: Construct, id: string, props: OathgateStackProps) {
    super(scope, id, props);
    const { settings } = props.stage;

    // CDK leaves the id `Default` out of logical ids.
    const gate = new Oathgate(this, "Default", {
      ...gatePropsOf(this, props.stage),
      code: props.code,
      ...(props.checked === undefined ? {} : { checked: props.checked }),
    });
    const api = addStageApi(this, gate, { stage: props.stage, apiName: id, checked: props.checked });

    for (const [key, value] of Object.entries(settings.tags)) {
      Tags.of(this).add(key, value);
    }
    this.output("ApiUrl", api.url, "The API's URL");
    this.output("ApiId", api.id, "The API's id");
    this.output("AuthorizerFunctionName", gate.function.functionName, "The function that decides");
    this.output("SigningKeysSecretArn", gate.signingKeysSecret.secretArn, "The secret with the signing keys");
    if (gate.secretHeaderSecret !== undefined) {
      const { secretArn } = gate.secretHeaderSecret;
      this.output("SecretHeaderSecretArn", secretArn, "The secret by which the backend recognises the gate");
    }
    if (api.attached !== undefined) {
      this.output(
        "AuthorizerVersionArn",
        gate.version.functionArn,
        "The version of the function that decides",
      );
      this.output("ContractParameter", api.attached.contractParameterName, "What `oathgate attach` reads");
    }
    if (api.clientCertificates !== undefined) {
      const { currentId, nextId } = api.clientCertificates;
      this.output(
        "ClientCertificateId",
        currentId,
        "The certificate that API Gateway presents to the backend",
      );
      if (nextId !== undefined) {
        this.output("NextClientCertificateId", nextId, "The certificate that replaces it next");
      }
    }
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
