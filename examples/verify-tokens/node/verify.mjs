// Verifies the gate's tokens with jose. Reads one from each line, and prints `ok SUBJECT` or `refused: REASON`.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";

const [url, issuer] = process.argv.slice(2);
if (url === undefined || issuer === undefined) {
  console.error("usage: node verify.mjs URL ISSUER: where /.well-known/openid-configuration is found, and what tokens name as `iss`");
  process.exit(2);
}

const discovery = await fetch(`${url.replace(/\/$/, "")}/.well-known/openid-configuration`);
const provider = await discovery.json();
if (provider.issuer !== issuer) {
  throw new Error(`the documents are those of ${provider.issuer}`);
}
// The keys are fetched again when they are as old as the gate lets them become: jose does not look at that itself.
const maxAge = Number(/max-age=(\d+)/.exec(discovery.headers.get("cache-control") ?? "")?.[1] ?? 300);
const keys = createRemoteJWKSet(new URL(provider.jwks_uri), { cacheMaxAge: maxAge * 1000 });

/** The claims of a token that the gate signed; throws for any other. */
async function verify(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    algorithms: provider.id_token_signing_alg_values_supported,
    clockTolerance: 5,
  });
  return payload;
}

for await (const token of createInterface({ input: process.stdin })) {
  try {
    console.log(`ok ${(await verify(token)).sub}`);
  } catch (error) {
    console.log(`refused: ${error.message}`);
  }
}
