import { CfnOutput, Duration } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import { AlarmTopic } from "../lib/constructs/alarm-topic";
import { GateAlarms } from "../lib/constructs/alarms";
import { ApiDomain } from "../lib/constructs/api-domain";
import { GateDashboard } from "../lib/constructs/dashboard";
import { GateMetrics } from "../lib/constructs/gate-metrics";
import type { Oathgate } from "../lib/oathgate";
import { tlsPolicyOf } from "./schema/domain";
import type { Stage } from "./stage";
import type { StageSettings } from "./stage-schema";

/** Props for `FrontDoor`. */
export interface FrontDoorProps {
  readonly stage: Stage;
  readonly api: RestApi;
  readonly gate: Oathgate;
}

/** The front door of a stage's API and its monitoring: domain, web ACL, alarms and dashboard, according to the stage. */
export class FrontDoor extends Construct {
  /** The API's URL for clients: under the domain if API Gateway's own host name is disabled. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { api } = props;
    const { settings } = props.stage;

    const domain = this.domain(api, settings);
    this.url = domain !== undefined && settings.disableExecuteApiEndpoint ? domain.url : api.url;
    if (settings.webAclArn !== undefined) {
      new CfnWebACLAssociation(this, "WebAcl", {
        resourceArn: api.deploymentStage.stageArn,
        webAclArn: settings.webAclArn,
      });
    }
    this.watch(props);
  }

  private domain(api: RestApi, { domain }: StageSettings): ApiDomain | undefined {
    if (domain === undefined) {
      return undefined;
    }
    const { name, ...others } = domain;
    const made = new ApiDomain(this, "Domain", {
      ...others,
      domainName: name,
      tlsPolicy: tlsPolicyOf(domain),
      stage: api.deploymentStage,
    });
    new CfnOutput(this, "Url", {
      value: made.url,
      description: "The API's URL under the domain",
    }).overrideLogicalId("DomainUrl");
    new CfnOutput(this, "Target", {
      value: made.target,
      description: "The host that the domain's DNS records must point to",
    }).overrideLogicalId("DomainTarget");
    return made;
  }

  private watch({ stage: { name, settings }, api, gate }: FrontDoorProps): void {
    const { metricsNamespace: namespace, alarms, dashboard } = settings;
    if (namespace === undefined) {
      return;
    }
    const metrics = new GateMetrics({ namespace, stage: name, function: gate.function });
    const apiStage = api.deploymentStage;
    if (alarms !== undefined) {
      new GateAlarms(this, "Alarms", {
        metrics,
        timeout: Duration.seconds(settings.timeoutSeconds),
        apiStage,
        topic: this.topic(alarms),
      });
    }
    if (dashboard) {
      new GateDashboard(this, "Dashboard", { metrics, apiStage });
    }
  }

  private topic({ topicArn, email = "" }: NonNullable<StageSettings["alarms"]>): ITopic {
    return topicArn === undefined
      ? new AlarmTopic(this, "Contact", { email }).topic
      : Topic.fromTopicArn(this, "Contact", topicArn);
  }
}
