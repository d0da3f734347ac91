import { useQuery } from '@tanstack/react-query';
import { useEffect, useReducer } from 'react';
import { get } from '../api/client.js';
import { useStream, type Connection } from '../api/stream.js';
import type { FleetRow } from '../api/types.js';
import { withNews, type FleetNews, type Rows } from './rows.js';

const POLL_MS = 3_000;

interface Fleet {
  /** Undefined until the first answer. */
  readonly rows: Rows | undefined;
  readonly connection: Connection;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** All Canaries, as they are now. */
export function useFleet(): Fleet {
  const [rows, dispatch] = useReducer(
    (was: Rows | undefined, news: FleetNews) => withNews(was ?? new Map(), news),
    undefined,
  );
  const connection = useStream('/api/v1/stream', {
    canary: (row) => dispatch({ what: 'canary', row: row as FleetRow }),
    gone: (key) => dispatch({ what: 'gone', key: key as FleetRow }),
    synced: (all) => dispatch({ what: 'synced', canaries: (all as { canaries: readonly string[] }).canaries }),
  });
  const { data, error, refetch } = useQuery({
    queryKey: ['canaries'],
    queryFn: ({ signal }) => get<{ items: readonly FleetRow[] }>('/api/v1/canaries', signal),
    refetchInterval: connection.state === 'live' ? false : POLL_MS,
  });
  useEffect(() => {
    if (data) dispatch({ what: 'all', rows: data.items });
  }, [data]);
  const isLive = connection.state === 'live';
  useEffect(() => {
    // The stream is back: errors of polling meanwhile are over.
    if (isLive && error) void refetch();
  }, [isLive, error, refetch]);
  return { rows: data ? rows : undefined, connection, error, retry: () => void refetch() };
}
