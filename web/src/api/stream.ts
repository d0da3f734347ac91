import { useEffect, useRef, useState } from 'react';

/** How the page gets updates. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** There is no stream: the page polls. */
  | { readonly state: 'polling' }
  | { readonly state: 'retrying'; readonly since: number };

type Handlers = Readonly<Record<string, (data: unknown) => void>>;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/**
 * Listens to a stream of events (SSE) while the component is shown, and reconnects after every break. The browser
 * itself resumes with Last-Event-ID; where it gives up, because the answer was an error, a new stream is opened.
 *
 * @param handlers by the name of the event; each receives the parsed data
 */
export function useStream(path: string, handlers: Handlers): Connection {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const names = Object.keys(handlers).join(' ');

  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let opened = false;
    let wait = FIRST_RETRY_MS;
    const open = (): void => {
      source = new EventSource(path);
      source.onopen = () => {
        opened = true;
        wait = FIRST_RETRY_MS;
        setConnection({ state: 'live' });
      };
      for (const name of names.split(' ')) {
        source.addEventListener(name, (event: MessageEvent<string>) => {
          latest.current[name]?.(JSON.parse(event.data));
        });
      }
      source.onerror = () => {
        const closed = source?.readyState === EventSource.CLOSED;
        // Refused before it was ever open: there may be no such stream. Polling continues meanwhile.
        setConnection((was) =>
          opened ? (was.state === 'retrying' ? was : { state: 'retrying', since: Date.now() }) : { state: 'polling' },
        );
        if (!closed) return;
        source?.close();
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, LAST_RETRY_MS);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [path, names]);
  return connection;
}
