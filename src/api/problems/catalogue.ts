/** A kind of problem: its status, and a short title that never changes. */
interface Kind {
  readonly status: number;
  readonly title: string;
}

/** All problems the API answers with. The names are part of the API: `type` is `/problems/<name>`. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  'not-json': { status: 400, title: 'The body is not valid JSON' },
  'login-failed': { status: 400, title: 'The login has failed' },
  unauthenticated: { status: 401, title: 'It is not known who asks' },
  forbidden: { status: 403, title: 'The user may not do this' },
  'foreign-origin': { status: 403, title: 'The request comes from a page of another site' },
  'csrf-token': { status: 403, title: 'The token against forged requests is missing or wrong' },
  'unknown-route': { status: 404, title: 'There is nothing at this path' },
  'unknown-canary': { status: 404, title: 'There is no such Canary' },
  'unknown-release': { status: 404, title: 'There is no such release' },
  'release-under-way': { status: 409, title: 'A release is under way' },
  'nothing-to-release': { status: 409, title: 'There is nothing to release' },
  'release-ended': { status: 409, title: 'The release has ended' },
  'order-refused': { status: 409, title: 'The order cannot be carried out now' },
  'canary-suspended': { status: 409, title: 'The Canary is suspended' },
  'canary-invalid': { status: 409, title: 'The spec of the Canary is not valid' },
  'canary-deleting': { status: 409, title: 'The Canary is being deleted' },
  'target-missing': { status: 409, title: 'The target of the Canary cannot be used' },
  'target-busy': { status: 409, title: 'The target is being changed by somebody else' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'wrong-content-type': { status: 415, title: 'The body has the wrong content type' },
  'wrong-host': { status: 421, title: 'The request was meant for another server' },
  'invalid-input': { status: 422, title: 'A field is not valid' },
  'unknown-container': { status: 422, title: 'The target has no such container' },
  'refused-by-kubernetes': { status: 422, title: 'The API server of Kubernetes does not accept the change' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Serinus has made a mistake' },
  'missing-permission': { status: 500, title: 'Serinus itself may not do this' },
  'no-archive': { status: 501, title: 'There is no archive' },
  'not-ready': { status: 503, title: 'Serinus is not ready' },
  'too-many-streams': { status: 503, title: 'There are too many streams' },
  'issuer-unreachable': { status: 503, title: 'The OpenID Connect issuer cannot be used' },
  'kubernetes-unreachable': { status: 503, title: 'The API server of Kubernetes cannot be reached' },
  'archive-unreachable': { status: 503, title: 'The archive cannot be reached' },
  'temporal-unreachable': { status: 503, title: 'Temporal cannot be reached' },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemName = keyof typeof PROBLEMS;
