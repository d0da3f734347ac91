import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a request with this `Authorization` header is allowed. */
export type Guard = (authorization: string | undefined) => boolean;

/**
 * Requires a token, as `Bearer <token>`, or as the password of basic authentication: a Canary's webhook can't set
 * headers, but its URL can contain user-info (`http://any:<token>@loadtester.test/`).
 *
 * @param token undefined lets everybody in
 */
export function tokenGuard(token: string | undefined): Guard {
  if (token === undefined) return () => true;
  const expected = digest(token);
  return (authorization = '') => {
    const offered = tokenIn(authorization);
    return offered !== undefined && timingSafeEqual(digest(offered), expected);
  };
}

function tokenIn(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const pair = Buffer.from(credentials, 'base64').toString('utf8');
      const colon = pair.indexOf(':');
      return colon < 0 ? undefined : pair.slice(colon + 1);
    }
    default:
      return undefined;
  }
}

/** Of constant length, so that the time of a comparison reveals nothing. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
