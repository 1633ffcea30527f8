import { CfnBasePathMapping, CfnDomainName, type IStage } from "aws-cdk-lib/aws-apigateway";
import { CfnApiMapping } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate, CertificateValidation } from "aws-cdk-lib/aws-certificatemanager";
import { CfnRecordSet, HostedZone } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";

/** The truststore against which client certificates are verified. */
export interface MutualTls {
  /** The certificate authorities for client certificates: a PEM file in S3, such as `s3://bucket/truststore.pem`. */
  readonly truststoreUri: string;
  /** The object's version. @default the latest one each time the domain is changed */
  readonly truststoreVersion?: string | undefined;
}

/** Props for `ApiDomain`. */
export interface ApiDomainProps {
  /** The domain name, such as `api.example.com`. */
  readonly domainName: string;
  /** The stage of the REST API that the domain serves. */
  readonly stage: IStage;
  /** The base path of the API, such as `/orders`. Set the gate's `basePath` to the same. @default the domain's root */
  readonly basePath?: string | undefined;
  /** The domain's certificate in ACM, in the stack's region. @default a new one, validated in the hosted zone */
  readonly certificateArn?: string | undefined;
  /** The hosted zone for the domain's records. @default the records are created elsewhere and point to `target` */
  readonly hostedZoneId?: string | undefined;
  /** API Gateway's security policy, such as `SecurityPolicy_TLS13_1_2_2021_06`. */
  readonly tlsPolicy: string;
  /** Require client certificates; the API's execute-api endpoint must be disabled then. @default not required */
  readonly mutualTls?: MutualTls | undefined;
}

/**
 * A regional custom domain of an API: certificate, mapping and, in a hosted zone, the DNS records.
 */
export class ApiDomain extends Construct {
  /** The URL of the API, with a slash at the end. */
  readonly url: string;
  /** The host of API Gateway that the domain's DNS records must point to. */
  readonly target: string;

  constructor(scope: Construct, id: string, props: ApiDomainProps) {
    super(scope, id);
    const { domainName, basePath, stage, hostedZoneId, tlsPolicy } = props;

    const domain = new CfnDomainName(this, "Name", {
      domainName,
      regionalCertificateArn:
        props.certificateArn ?? this.certificate(domainName, hostedZoneId).certificateArn,
      endpointConfiguration: { types: ["REGIONAL"], ipAddressType: "dualstack" },
      securityPolicy: tlsPolicy,
      // Refuses a request whose TLS handshake named another host. Legacy policies have no such mode.
      ...(isEnhanced(tlsPolicy) ? { endpointAccessMode: "STRICT" } : {}),
      ...(props.mutualTls === undefined ? {} : { mutualTlsAuthentication: props.mutualTls }),
    });
    this.map(domain, stage, basePath?.slice(1));
    if (hostedZoneId !== undefined) {
      for (const type of ["A", "AAAA"]) {
        new CfnRecordSet(this, type, {
          hostedZoneId,
          name: `${domainName}.`,
          type,
          aliasTarget: {
            dnsName: domain.attrRegionalDomainName,
            hostedZoneId: domain.attrRegionalHostedZoneId,
          },
        });
      }
    }
    this.url = `https://${domainName}${basePath ?? ""}/`;
    this.target = domain.attrRegionalDomainName;
  }

  private certificate(domainName: string, hostedZoneId: string | undefined): Certificate {
    if (hostedZoneId === undefined) {
      throw new Error(
        `the domain ${domainName} needs \`certificateArn\`, or \`hostedZoneId\` to validate a new certificate`,
      );
    }
    return new Certificate(this, "Certificate", {
      domainName,
      validation: CertificateValidation.fromDns(HostedZone.fromHostedZoneId(this, "Zone", hostedZoneId)),
    });
  }

  /** Only API mappings support base paths of several segments; they accept REST APIs too. */
  private map(domain: CfnDomainName, stage: IStage, basePath: string | undefined): void {
    const { restApiId } = stage.restApi;
    if (basePath?.includes("/")) {
      new CfnApiMapping(this, "Mapping", {
        domainName: domain.ref,
        apiId: restApiId,
        stage: stage.stageName,
        apiMappingKey: basePath,
      });
      return;
    }
    new CfnBasePathMapping(this, "Mapping", {
      domainName: domain.ref,
      restApiId,
      stage: stage.stageName,
      ...(basePath === undefined ? {} : { basePath }),
    });
  }
}

/** Whether a security policy is an enhanced one, which requires an endpoint access mode. */
export function isEnhanced(tlsPolicy: string): boolean {
  return tlsPolicy.startsWith("SecurityPolicy_");
}
