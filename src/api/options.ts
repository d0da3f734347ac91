import type { RateLimits } from './auth/limits.js';
import type { OidcSettings } from './auth/oidc/settings.js';
import type { SlackSettings } from './chat/slack.js';
import type { LinkTemplates } from './live/link-templates.js';

/** Who may use the API. */
export type Authentication =
  /** Everybody who reaches the API. Only for loopback: names that callers give are marked as unverified. */
  | { readonly kind: 'none' }
  /** Bearer tokens that Kubernetes recognises, with the permissions that its RBAC grants. */
  | {
      readonly kind: 'kubernetes';
      /** A token must be issued for one of these; for the API server itself where empty. */
      readonly audiences: readonly string[];
    }
  /** The same, and people may log in with a browser at an OpenID Connect issuer. */
  | { readonly kind: 'oidc'; readonly audiences: readonly string[]; readonly oidc: OidcSettings };

export interface ApiOptions {
  readonly authentication: Authentication;
  /** Limits on the rate of requests; none where undefined. */
  readonly limits?: RateLimits;
  /** Addresses and networks whose X-Forwarded-… headers are trusted; none where undefined. */
  readonly trustedProxies?: readonly string[];
  /** Shown in the OpenAPI document. */
  readonly version: string;
  /** Settings of the Slack app with buttons; no buttons where undefined. */
  readonly slack?: SlackSettings | undefined;
  /** Where people find more about releases. */
  readonly links?: LinkTemplates;
  /** How long Temporal may take to answer a read, and caches to fill, milliseconds. */
  readonly readMs?: number;
  /** How long a worker may take to answer a query or an order, milliseconds. */
  readonly workerMs?: number;
  /** Folder of the web page; the build's folder if left out, and no page where undefined. */
  readonly page?: string | undefined;
}

/** The whole of a machine's loopback, by name or address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
