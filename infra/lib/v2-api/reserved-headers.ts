/**
 * Headers that HTTP APIs can't map, in lower case
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html). `rules check --api-gateway`
 * knows those that no kind of API can map.
 */
export const RESERVED_BY_HTTP_APIS = [
  { header: "authorization" },
  { header: "content-location" },
  { header: "origin" },
  { prefix: "access-control-" },
  { prefix: "apigw-" },
];
