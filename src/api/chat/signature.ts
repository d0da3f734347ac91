import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older requests may have been recorded and sent again. */
const LONGEST_SECONDS = 300;

/**
 * Whether a request comes from Slack: the HMAC-SHA256 of version, time and body under the app's signing secret.
 *
 * @param now milliseconds since 1970
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function isFromSlack(
  request: { readonly body: string; readonly timestamp: string; readonly signature: string },
  secret: string,
  now: number,
): boolean {
  const { body, timestamp, signature } = request;
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > LONGEST_SECONDS) return false;
  const due = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`);
  const given = Buffer.from(signature);
  return given.length === due.length && timingSafeEqual(given, due);
}
