import { useQuery } from '@tanstack/react-query';
import { get } from './client.js';
import type { Session } from './types.js';

/** The user; undefined until it is known, and where the server doesn't say. */
export function useSession(): Session | undefined {
  const { data } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => get<Session>('/api/v1/session', signal),
    staleTime: 60_000,
    retry: false,
  });
  return data;
}
