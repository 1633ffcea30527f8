import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** The days that KMS waits before it deletes a key, at least. */
const LEAST_PENDING_DAYS = 7;

/** Props for `AlarmTopic`. */
export interface AlarmTopicProps {
  /** Who gets the messages, once the address has confirmed SNS's first one. */
  readonly email: string;
}

/**
 * An SNS topic that alarms of this account and region may publish to, over TLS only, and an address that gets the messages.
 *
 * It is encrypted with a key of its own: CloudWatch can't publish to a topic under SNS's AWS-managed key, whose policy nobody
 * can change.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const key = new Key(this, "Key", {
      description: "Encrypts what alarms say to their topic",
      enableKeyRotation: true,
      pendingWindow: Duration.days(LEAST_PENDING_DAYS),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, "Topic", { masterKey: key, enforceSSL: true });

    const cloudwatch = new ServicePrincipal("cloudwatch.amazonaws.com");
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } };
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudwatch],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        // In a key's policy this is the key.
        resources: ["*"],
        conditions,
      }),
    );
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudwatch],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
        conditions,
      }),
    );
    this.topic.addSubscription(new EmailSubscription(props.email));
  }
}
