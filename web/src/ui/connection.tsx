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
  /** Asking fails as well. */
  readonly failing: boolean;
}

/** Whether what is seen is what is. */
export function ConnectionState({ connection, failing }: Props) {
  const { t } = useLanguage();
  if (connection.state === 'retrying') return <Retrying since={connection.since} />;
  const state = failing ? 'connecting' : connection.state;
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
