/** A stage that has everything, so that each resource and property is seen. */
export const EVERYTHING = `
backendUrl: https://backend.example.com
backend: { clientCertificate: { next: "2027" }, secretHeader: { name: X-Gate-Secret, rotateAfterDays: 30 } }
vpc: { subnetIds: [subnet-0123456789abcdef0], id: vpc-0123456789abcdef0 }
backendTimeoutSeconds: 900
responseTransferMode: stream
signingKeys:
  kmsKeyArn: arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f
sessionCache: { ttlSeconds: 30 }
cors: { allowOrigins: [https://app.example.com, https://admin.example.com] }
throttle: { rateLimit: 5, burstLimit: 9, methods: { POST: { rateLimit: 1, burstLimit: 2 } } }
metricsNamespace: Gate
accessLogs: true
tracing: true
domain: { name: api.example.com, basePath: /orders, hostedZoneId: Z0123456789ABCDEFGHIJ }
disableExecuteApiEndpoint: true
webAclArn: arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/gate/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f
rollout: { strategy: canary5Percent10Minutes }
concurrency: { reserved: 10, provisioned: 2 }
systemLogs: { functions: info, api: true }
logs:
  level: info
  kmsKeyArn: arn:aws:kms:eu-central-1:123456789012:key/0c8f7e1a-5d2b-4c3e-9f60-7a1b2c3d4e5f
dashboard: true
alarms: { email: on-call@example.com }
terminationProtection: true
tags: { team: gate }
`;
