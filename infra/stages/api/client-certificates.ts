import { CfnClientCertificate } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import type { BackendSettings } from "../schema/backend";

/**
 * The client certificates of an API's stage, each under its name: another name is another certificate.
 *
 * API Gateway makes the keys and shows nobody the private ones. A certificate that is no longer named goes once the stage
 * presents the other one.
 */
export class ClientCertificates extends Construct {
  /** The id of the one that the stage presents. */
  readonly currentId: string;
  /** The id of the one that is to follow it. */
  readonly nextId: string | undefined;

  constructor(
    scope: Construct,
    id: string,
    { current, next }: NonNullable<BackendSettings["clientCertificate"]>,
  ) {
    super(scope, id);
    this.currentId = this.certificate(current);
    this.nextId = next === undefined ? undefined : this.certificate(next);
  }

  private certificate(name: string): string {
    return new CfnClientCertificate(this, name, {
      description: `Shows a backend that API Gateway is its client (${name})`,
    }).ref;
  }
}
