import { LEAST } from "./synth";

/** A function and load balancers that a stage may name. */
export const FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:orders";
export const APPLICATION =
  "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/orders/0123456789abcdef";
export const NETWORK =
  "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/orders/0123456789abcdef";
const NETWORK_INTERFACES =
  "    subnetIds: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]\n    securityGroupIds: [sg-0123456789abcdef0]\n";

/** The text of a stage with a VPC link; each line of the link's own settings is indented by four blanks. */
const privately = (settings: string) =>
  `backend:\n  vpcLink:\n    url: https://orders.example.com/base/\n${settings}`;

/** Stages of every kind of backend, one of each. */
export const BACKENDS = {
  url: LEAST,
  function: `backend: { functionArn: "${FUNCTION}" }\n`,
  alias: `backend: { functionArn: "${FUNCTION}:live" }\n`,
  "network load balancer": privately(`    loadBalancerArn: ${NETWORK}\n`),
  "network load balancer with network interfaces": privately(
    `    loadBalancerArn: ${NETWORK}\n${NETWORK_INTERFACES}`,
  ),
  "application load balancer": privately(`    loadBalancerArn: ${APPLICATION}\n${NETWORK_INTERFACES}`),
  "VPC link to a network load balancer": privately("    id: a1b2c3\n"),
  "VPC link with network interfaces": privately(`    id: a1b2c3\n    loadBalancerArn: ${APPLICATION}\n`),
  "url with two certificates": `${LEAST}backend: { clientCertificate: { next: "2027" } }\n`,
} as const;
