import type { Post } from '../alerts/port.js';
import type { Forge } from '../crds/announcements.js';

/** How a release stands, in words that every forge has. */
export type CommitState = 'pending' | 'success' | 'failure';

export interface CommitStatus {
  readonly state: CommitState;
  /** Tells one Canary's status from another's: a commit may be released by several. */
  readonly context: string;
  readonly description: string;
}

/** A commit of a repository, and what it takes to write there. The token is a secret. */
export interface CommitPlace {
  readonly repository: string;
  readonly commit: string;
  readonly token: string;
  /** Base URL of the API of a forge of one's own; the public one's where undefined. */
  readonly address: string | undefined;
}

/** A forge that shows statuses beside commits. Pure: the same status is the same request, which may be repeated. */
export interface CommitService {
  readonly forge: Forge;
  status(status: CommitStatus, place: CommitPlace): Post;
}
