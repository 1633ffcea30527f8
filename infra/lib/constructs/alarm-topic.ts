import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";

/** The shortest time that KMS waits before it deletes a key, in days. */
const MIN_PENDING_DAYS = 7;

/** Props for `AlarmTopic`. */
export interface AlarmTopicProps {
  /** The address that receives the messages after it has confirmed its subscription. */
  readonly email: string;
}

/**
 * An SNS topic to which the alarms of this account and region may publish, over TLS only, with one subscribed address.
 *
 * It is encrypted with a key of its own: CloudWatch can't publish to a topic that uses SNS's AWS-managed key, because the policy
 * of that key can't be changed.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const key = new Key(this, "Key", {
      description: "Encrypts the messages of alarms to their topic",
      enableKeyRotation: true,
      pendingWindow: Duration.days(MIN_PENDING_DAYS),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, "Topic", { masterKey: key, enforceSSL: true });

    const cloudwatch = new ServicePrincipal("cloudwatch.amazonaws.com");
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } };
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudwatch],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        // In a key's policy `*` is that key.
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
