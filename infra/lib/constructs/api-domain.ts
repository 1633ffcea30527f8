import { CfnBasePathMapping, CfnDomainName, type IStage } from "aws-cdk-lib/aws-apigateway";
import { CfnApiMapping } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate, CertificateValidation } from "aws-cdk-lib/aws-certificatemanager";
import { CfnRecordSet, HostedZone } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";

/** What clients' certificates are checked with. */
export interface MutualTls {
  /** The certificates of who may issue clients' certificates: a PEM file in S3, such as `s3://bucket/truststore.pem`. */
  readonly truststoreUri: string;
  /** The object's version. @default the latest, when the domain is changed */
  readonly truststoreVersion?: string | undefined;
}

/** Props for `ApiDomain`. */
export interface ApiDomainProps {
  /** Such as `api.example.com`. */
  readonly domainName: string;
  /** The stage of the REST API that answers. */
  readonly stage: IStage;
  /** Where the domain has the API, such as `/orders`. The gate has to be told the same. @default the domain's root */
  readonly basePath?: string | undefined;
  /** The domain's certificate in ACM, of the stack's region. @default one is made, and validated in the hosted zone */
  readonly certificateArn?: string | undefined;
  /** The hosted zone that gets the domain's records. @default they are made elsewhere, and name `target` */
  readonly hostedZoneId?: string | undefined;
  /** API Gateway's security policy, such as `SecurityPolicy_TLS13_1_2_2021_06`. */
  readonly tlsPolicy: string;
  /** Clients need a certificate of their own; the API's execute-api endpoint has to be off then. @default they need none */
  readonly mutualTls?: MutualTls | undefined;
}

/**
 * A domain name of an API's own, in its region: certificate, mapping and, in a hosted zone, its records.
 */
export class ApiDomain extends Construct {
  /** Where the API is asked, with a slash at the end. */
  readonly url: string;
  /** What the domain's own records have to name: a host of API Gateway's. */
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
      // A request whose TLS handshake named another host is refused. Older policies know no such mode.
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
        `the domain ${domainName} needs a certificateArn, or a hostedZoneId to have one validated in`,
      );
    }
    return new Certificate(this, "Certificate", {
      domainName,
      validation: CertificateValidation.fromDns(HostedZone.fromHostedZoneId(this, "Zone", hostedZoneId)),
    });
  }

  /** Base paths of several segments are known to the newer mappings alone, which take REST APIs too. */
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

/** Whether a security policy is one that needs an endpoint access mode. */
export function isEnhanced(tlsPolicy: string): boolean {
  return tlsPolicy.startsWith("SecurityPolicy_");
}
