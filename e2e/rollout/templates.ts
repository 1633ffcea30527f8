#!/usr/bin/env tsx
import { templateOf } from "../../infra/test/synth";

/**
 * Prints the templates of one stage by their names, as JSON: `<scheme>-<contract>-<build>-<kept>`.
 *
 * A scheme is `direct` (each deployment calls a version) or `shifted` (an alias for each contract of headers), a contract `one`
 * or `two` (other vouched headers), a build `a` or `b` (another function of the same contract), and kept `0` or `5` deploys.
 */
const HEADERS = { one: ["X-User", "X-Removed"], two: ["X-User", "X-Added"] };
const STRATEGIES = { direct: "allAtOnce", shifted: "canary10Percent5Minutes" };
const MEMORY = { a: 256, b: 512 };
const KEPT = ["0", "5"];

const templates = Object.entries(STRATEGIES).flatMap(([scheme, strategy]) =>
  Object.entries(HEADERS).flatMap(([contract, headers]) =>
    Object.entries(MEMORY).flatMap(([build, memorySize]) =>
      KEPT.map((kept) => [
        [scheme, contract, build, kept].join("-"),
        templateOf({
          stage: [
            "backendUrl: https://backend.example.com",
            "metricsNamespace: Gate",
            `memorySize: ${memorySize}`,
            `rollout: { strategy: ${strategy}, keepVersions: ${kept} }`,
          ].join("\n"),
          report: {
            vouchedHeaders: headers.map((header) => ({ header, contextKey: header.toLowerCase() })),
          },
        }).toJSON(),
      ]),
    ),
  ),
);
process.stdout.write(JSON.stringify(Object.fromEntries(templates)));
