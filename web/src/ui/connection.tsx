import { ApiProblem } from '../api/client.js';
import type { Connection } from '../api/stream.js';
import { duration } from '../format/times.js';
import { useLanguage } from '../i18n/language.js';
import { Status, type Tone } from './status.js';
import { useNow } from './time.js';

const TONES: Readonly<Record<Connection['state'], Tone>> = {
  live: 'good',
  polling: 'calm',
  connecting: 'calm',
  retrying: 'warn',
};

interface Props {
  readonly connection: Connection;
  /** Why polling fails as well. */
  readonly error: Error | null;
}

/** Whether the page is up to date. */
export function ConnectionState({ connection, error }: Props) {
  const { t } = useLanguage();
  // The API has answered: the object doesn't exist, or the user may not see it.
  if (error instanceof ApiProblem && error.document.status < 500) return null;
  if (connection.state === 'retrying') return <Retrying since={connection.since} />;
  const state = error ? 'connecting' : connection.state;
  return (
    <span className="connection">
      <Status tone={TONES[state]} icon={state === 'live' ? 'dot' : 'dots'}>
        {t.connection[state]}
      </Status>
    </span>
  );
}

function Retrying({ since }: { readonly since: number }) {
  const { t, locale } = useLanguage();
  const now = useNow();
  return (
    <span className="connection">
      <Status tone="warn" icon="warning">
        {t.connection.retrying(duration((now - since) / 1000, locale))}
      </Status>
    </span>
  );
}
