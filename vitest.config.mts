import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["infra/test/**/*.test.ts"],
    // Loading the CDK library takes longer than most tests: one worker loads it once for all of them.
    maxWorkers: 1,
    isolate: false,
    testTimeout: 120_000,
  },
});
