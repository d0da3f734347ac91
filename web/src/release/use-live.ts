import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { get } from '../api/client.js';
import { useStream, type Connection } from '../api/stream.js';
import type { Live } from '../api/types.js';

const POLL_MS = 2_000;

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
    queryFn: async ({ signal }) => {
      const answer = await get<Live>(`${base}/live`, signal);
      // The stream may have sent something newer meanwhile.
      const known = queries.getQueryData<Live>(queryKey);
      return known?.at !== undefined && answer.at !== undefined && known.at > answer.at ? known : answer;
    },
    refetchInterval: connection.state === 'live' ? false : POLL_MS,
  });
  const isLive = connection.state === 'live';
  useEffect(() => {
    // The stream is back: errors of polling meanwhile are over.
    if (isLive && error) void refetch();
  }, [isLive, error, refetch]);
  return { live: data, connection, error, retry: () => void refetch() };
}
