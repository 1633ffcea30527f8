import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { parseStage } from "../stages/stage";
import { checkRegion } from "../stages/stage-region";
import { refusal, stageIn } from "./project";
import { LEAST, ROOT, templateOf } from "./synth";

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f";
const WITH_REPLICAS = `${LEAST}signingKeys:
  replicaRegions:
    - region: us-east-1
    - { region: eu-west-1, kmsKeyArn: "${KEY}" }
`;

describe("the signing keys in other regions", () => {
  it("are replicas of the secret, each encrypted with the key that the stage names", () => {
    templateOf({ stage: WITH_REPLICAS }).hasResourceProperties("AWS::SecretsManager::Secret", {
      ReplicaRegions: [{ Region: "us-east-1" }, { Region: "eu-west-1", KmsKeyId: KEY }],
    });
  });

  it("do not exist by default", () => {
    const [secret] = Object.values(templateOf().findResources("AWS::SecretsManager::Secret"));
    expect(secret?.Properties.ReplicaRegions).toBeUndefined();
  });

  it("give the functions no rights on the replicas", () => {
    const rights = (stage: string) =>
      Object.values(templateOf({ stage }).findResources("AWS::IAM::Role")).map(
        ({ Properties }) => Properties.Policies,
      );
    expect(rights(WITH_REPLICAS)).toEqual(rights(LEAST));
  });

  it("are not in the region of the current credentials, if the stage names none", () => {
    const stage = stageIn(ROOT, WITH_REPLICAS);
    expect(() => checkRegion(stage, { CDK_DEFAULT_REGION: "eu-west-1" })).toThrow();
    expect(refusal(() => checkRegion(stage, { CDK_DEFAULT_REGION: "us-east-1" }))).toBe(
      "`signingKeys.replicaRegions` of the stage `dev` names us-east-1, the region that the stage is deployed to: remove it",
    );
    expect(() =>
      checkRegion(stageIn(ROOT, `${LEAST}signingKeys: { replicaRegions: [{ region: us-east-1 }] }`), {
        CDK_DEFAULT_REGION: "eu-west-1",
      }),
    ).not.toThrow();
  });
});

describe("the gate of another region", () => {
  const REPLICA =
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:SigningKeysSecret-AbCdEfGhIjKl-MnOpQr";
  const ADOPTS = `${LEAST}region: eu-west-1\nsigningKeys: { secretArn: "${REPLICA}" }\n`;

  it("signs with its replica, and creates neither secret nor key", () => {
    const template = templateOf({ stage: ADOPTS });
    template.resourceCountIs("AWS::SecretsManager::Secret", 0);
    template.resourceCountIs("Custom::OathgateSigningKeys", 0);
    template.hasResourceProperties("AWS::Lambda::Function", {
      Environment: { Variables: Match.objectLike({ OATHGATE_JWKS_SECRET: REPLICA }) },
    });
  });

  it.each([
    ["replicaRegions: [{ region: us-east-1 }]", "the owner of that secret replicates it"],
    ["rotation: { everyDays: 30 }", "the owner of that secret rotates it"],
  ])("refuses settings of the owner's region: %s", (setting, sentence) => {
    const text = `${LEAST}region: eu-west-1\nsigningKeys:\n  secretArn: "${REPLICA}"\n  ${setting}\n`;
    expect(refusal(() => parseStage("prod.yml", text))).toContain(sentence);
  });

  it("has its replica in its own region", () => {
    const text = ADOPTS.replace("region: eu-west-1", "region: eu-central-1");
    expect(refusal(() => parseStage("prod.yml", text))).toContain("`signingKeys.secretArn` must be");
  });
});
