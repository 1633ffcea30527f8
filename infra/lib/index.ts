export type { CheckedGate } from "./checked-gate";
export { AlarmTopic, type AlarmTopicProps } from "./constructs/alarm-topic";
export { GateAlarms, type GateAlarmsProps } from "./constructs/alarms";
export { ApiDomain, type ApiDomainProps, type MutualTls } from "./constructs/api-domain";
export { GateDashboard, type GateDashboardProps } from "./constructs/dashboard";
export {
  GateMetrics,
  type GateMetricsProps,
  type MeasuredStage,
  type Outcome,
} from "./constructs/gate-metrics";
export type { KeyRotationOptions } from "./constructs/key-rotation";
export type { PublishKeysOptions } from "./constructs/keys-endpoint";
export type { SecretHeaderOptions } from "./constructs/secret-header";
export type { SigningAlgorithm, SigningKeysOptions } from "./constructs/signing-keys";
export type { GateReport, ListedRule, MatchedPath, SignedTokens, VouchedHeader } from "./gate-report";
export { InputError } from "./input-error";
export { Oathgate } from "./oathgate";
export { type FunctionFolders, OathgateCode } from "./oathgate-code";
export type { MetricsOptions, OathgateProps, SessionCacheOptions } from "./oathgate-props";
export type { AttachedApi, AttachOptions } from "./rest-api/attached-api";
export type { ProtectOptions, RefusalCorsOptions } from "./rest-api/protect-options";
export type { RolloutOptions } from "./rollout/rollout-options";
export type { RolloutAlarmOptions } from "./rollout/traffic-shift";
export { GateHttpApi, type GateHttpApiProps } from "./v2-api/gate-http-api";
export { GateWebSocketApi, type GateWebSocketApiProps } from "./v2-api/gate-web-socket-api";
