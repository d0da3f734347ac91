import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get, isMissing } from '../api/client.js';
import { useStream, type Connection } from '../api/stream.js';
import type { CanaryDetail, Live, Release, ReleaseHistory } from '../api/types.js';
import { liveFrom } from './live-from.js';

const POLL_MS = 2_000;
const REFRESH_MS = 30_000;

interface Watched {
  readonly live: Live | undefined;
  readonly connection: Connection;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** A Canary and its newest release, as they are now. */
export function useLive(namespace: string, name: string): Watched {
  const queries = useQueryClient();
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}`;
  const queryKey = ['live', namespace, name];
  const connection = useStream(`${base}/stream`, {
    release: (live) => queries.setQueryData(queryKey, live),
  });
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => readLive(base, signal),
    refetchInterval: connection.state === 'live' ? REFRESH_MS : POLL_MS,
  });
  return { live: data, connection, error, retry: () => void refetch() };
}

/** In one answer, or put together from what an API without it tells. */
async function readLive(base: string, signal: AbortSignal): Promise<Live> {
  try {
    return await get<Live>(`${base}/live`, signal);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const canary = await get<CanaryDetail>(base, signal);
  const id = canary.release?.id ?? (await newest(base, signal));
  const release = id === undefined ? undefined : await get<Release>(`/api/v1/rollouts/${id}`, signal);
  return liveFrom(canary, release);
}

async function newest(base: string, signal: AbortSignal): Promise<string | undefined> {
  const { items } = await get<ReleaseHistory>(`${base}/rollouts?limit=1`, signal);
  return items[0]?.id;
}
