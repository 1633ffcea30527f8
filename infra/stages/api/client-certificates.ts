import { CfnClientCertificate } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import type { BackendSettings } from "../schema/backend";

/**
 * The client certificates of an API's stage, one for each name.
 *
 * API Gateway generates the keys and never reveals the private ones. A certificate that is no longer named is deleted after the
 * stage presents the other one.
 */
export class ClientCertificates extends Construct {
  /** The id of the certificate that the stage presents. */
  readonly currentId: string;
  /** The id of the certificate that replaces it next. */
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
      description: `Proves to a backend that API Gateway is its client (${name})`,
    }).ref;
  }
}
