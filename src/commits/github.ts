import { withoutTrailingSlashes } from '../domain/text.js';
import type { CommitService } from './port.js';

const API = 'https://api.github.com';
/** GitHub refuses longer ones. */
const MAX_DESCRIPTION = 140;

/**
 * GitHub, and GitHub Enterprise Server, whose API is at `https://<host>/api/v3`.
 *
 * @see https://docs.github.com/en/rest/commits/statuses#create-a-commit-status
 */
export const github: CommitService = {
  forge: 'github',
  status: ({ state, context, description }, { repository, commit, token, address = API }) => ({
    url: `${withoutTrailingSlashes(address)}/repos/${repository}/statuses/${commit}`,
    body: { state, context, description: description.slice(0, MAX_DESCRIPTION) },
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: 'application/vnd.github+json',
      'X-GitHub-Api-Version': '2022-11-28',
    },
  }),
};
