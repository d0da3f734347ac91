import { useQuery } from '@tanstack/react-query';
import { ApiProblem, get } from '../api/client.js';
import type { Changes as Answer, Release } from '../api/types.js';
import { Difference, imageDifferences } from './difference.js';

/** A release that has just ended is archived a moment later. */
const RETRIES = 5;
const RETRY_MS = 2_000;

/** The changes of a release: its template if it is known and the user may see it, else its images. */
export function Changes({ release: { id, ended, images } }: { readonly release: Release }) {
  const { data } = useQuery({
    queryKey: ['changes', id],
    queryFn: ({ signal }) => get<Answer>(`/api/v1/releases/${encodeURIComponent(id)}/changes`, signal),
    enabled: ended,
    staleTime: Infinity,
    retry: (failures, error) => failures < RETRIES && error instanceof ApiProblem && error.kind === 'unknown-release',
    retryDelay: RETRY_MS,
  });
  if (data?.template) return <Difference places={data.template} />;
  return images ? <Difference places={imageDifferences(images.before, images.after)} /> : null;
}
