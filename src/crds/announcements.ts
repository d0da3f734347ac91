import type { Canary } from './types.js';

/** Annotations of a Canary that name recipients besides those of Flagger's alerts and webhooks. */
const CLOUD_EVENTS = 'serinus.dev/cloudevents';
const COMMIT_STATUS = 'serinus.dev/commit-status';
const COMMIT_REPOSITORY = 'serinus.dev/commit-repository';
const COMMIT_SECRET = 'serinus.dev/commit-secret';

/** On the target or its pods: the commit that its revision was made from. */
export const COMMIT_ANNOTATION = 'serinus.dev/commit';

export const FORGES = ['github', 'gitlab'] as const;

export type Forge = (typeof FORGES)[number];

/** The repository whose commits show a release's state. */
export interface CommitReporting {
  readonly forge: Forge;
  /** `owner/name` at GitHub, the project's path or number at GitLab. */
  readonly repository: string;
  /** A Secret of the Canary's namespace with the key `token`, and `address` for a self-hosted forge. */
  readonly secretName: string;
}

type Annotated = Pick<Canary, 'annotations'>;

/** URL that CloudEvents are posted to; undefined where the Canary names none. */
export function cloudEventsOf({ annotations }: Annotated): string | undefined {
  return annotations[CLOUD_EVENTS]?.trim() || undefined;
}

/**
 * @returns undefined where no commit statuses are configured; a text that names annotation, value and remedy where the
 *   configuration is wrong
 */
export function commitReportingOf({ annotations }: Annotated): CommitReporting | string | undefined {
  const forge = annotations[COMMIT_STATUS]?.trim();
  if (!forge) return undefined;
  const known = FORGES.find((one) => one === forge);
  if (known === undefined) return `annotation ${COMMIT_STATUS} is "${forge}": use ${FORGES.join(' or ')}`;
  const repository = annotations[COMMIT_REPOSITORY]?.trim() ?? '';
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(repository))
    return `annotation ${COMMIT_REPOSITORY} is "${repository}": use a path such as acme/cart`;
  const secretName = annotations[COMMIT_SECRET]?.trim() ?? '';
  if (secretName === '')
    return `annotation ${COMMIT_SECRET} is missing: name a Secret of this namespace with the key token`;
  return { forge: known, repository, secretName };
}

/** Whether the Canary's annotations add recipients of events, and from which severity on of alerts. */
export function annotatedListeners(canary: Annotated): { readonly events: boolean; readonly alerts: boolean } {
  const events = cloudEventsOf(canary) !== undefined;
  return { events, alerts: events || commitReportingOf(canary) !== undefined };
}
