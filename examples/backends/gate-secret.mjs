// Lets in only what the gateway sends, by the secret in a header.
import { createHash, timingSafeEqual } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

/** For how long the values are kept, and how long there is between two readings that unknown values lead to: milliseconds. */
const KEPT = 60_000;
const BETWEEN = 1_000;

/**
 * Express middleware that answers 403 to a request without the secret.
 *
 * After a rotation the gate shows the new value before it is known here, so an unknown one waits for another reading.
 *
 * @param {object} options
 * @param {string} options.header the header's name: the stage's `backend.secretHeader.name`
 * @param {() => Promise<string[]>} options.read the secret's values that count: AWSCURRENT and, where there is one, AWSPREVIOUS
 */
export function gateSecret({ header, read }) {
  /** @type {Buffer[]} */
  let known = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let readings = Promise.resolve();

  const accepts = (value) => {
    const digest = digestOf(value);
    // Every value is compared, each in the same time.
    return known.map((one) => timingSafeEqual(one, digest)).includes(true);
  };
  /** Waits for a read that began after a moment; concurrent callers wait for the same one. */
  const readSince = (moment) => {
    readings = readings.then(async () => {
      if (readAt > moment) return;
      await wait(Math.max(0, readAt + BETWEEN - performance.now()));
      readAt = performance.now();
      try {
        known = (await read()).map(digestOf);
      } catch {
        // The known values still count; without any, every request is refused.
      }
    });
    return readings;
  };
  return async (request, response, next) => {
    const value = request.get(header) ?? "";
    const now = performance.now();
    if (now - readAt > KEPT || !accepts(value)) {
      await readSince(now);
    }
    return accepts(value) ? next() : response.status(403).json({ error: "not sent by the gateway" });
  };
}

const digestOf = (value) => createHash("sha256").update(value).digest();
