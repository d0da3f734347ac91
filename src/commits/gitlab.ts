import { withoutTrailingSlashes } from '../domain/text.js';
import type { CommitService, CommitState } from './port.js';

const API = 'https://gitlab.com/api/v4';
const MAX_DESCRIPTION = 255;

const STATES: Readonly<Record<CommitState, string>> = { pending: 'running', success: 'success', failure: 'failed' };

/**
 * GitLab, and self-hosted instances, whose API is at `https://<host>/api/v4`.
 *
 * @see https://docs.gitlab.com/api/commits/#set-commit-pipeline-status
 */
export const gitlab: CommitService = {
  forge: 'gitlab',
  status: ({ state, context, description }, { repository, commit, token, address = API }) => ({
    url: `${withoutTrailingSlashes(address)}/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
    body: { state: STATES[state], name: context, description: description.slice(0, MAX_DESCRIPTION) },
    headers: { 'PRIVATE-TOKEN': token },
  }),
};
