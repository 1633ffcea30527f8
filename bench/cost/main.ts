#!/usr/bin/env tsx
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import assumptions from "./assumptions.json";
import { costPage } from "./page";
import prices from "./prices.json";

/** `make cost`: writes docs/cost.md anew from what was measured, the prices and the assumptions. */
const root = resolve(__dirname, "../..");
const { rows } = JSON.parse(readFileSync(join(root, "bench/baseline.json"), "utf8"));
writeFileSync(join(root, "docs/cost.md"), costPage(prices, assumptions, rows));
