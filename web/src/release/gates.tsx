import type { LiveGate } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { Status, type Tone } from '../ui/status.js';
import { Ago, DateTime } from '../ui/time.js';
import { gateName } from './rail-view.js';
import { spotOf } from './rail.js';

const TONES: Readonly<Record<'closed' | 'approved' | 'ahead', Tone>> = {
  closed: 'warn',
  approved: 'good',
  ahead: 'calm',
};

/** Where people decide, who may, and who has done so. */
export function Gates({ gates }: { readonly gates: readonly LiveGate[] }) {
  const { t } = useLanguage();
  return (
    <section className="card" aria-labelledby="gates-title">
      <h2 id="gates-title">{t.gates.title}</h2>
      <ul className="gates">
        {gates.map((gate) => (
          <GateView key={gate.policy ?? gate.gate} gate={gate} />
        ))}
      </ul>
    </section>
  );
}

function GateView({ gate }: { readonly gate: LiveGate }) {
  const { t } = useLanguage();
  const { status } = gate;
  const hook = gate.hook ?? gate.hooks.join(', ');
  const given = gate.given ?? [];
  return (
    <li>
      <div className="gate-head">
        <span className="strong">{gateName(spotOf(gate), t)}</span>
        <Status tone={TONES[status]} icon={status === 'closed' ? 'clock' : status === 'approved' ? 'check' : 'dot'}>
          {t.gates[status]}
        </Status>
        {gate.since !== undefined && (
          <span className="muted">
            <Ago at={gate.since} />
          </span>
        )}
      </div>
      {hook !== '' && <p className="muted">{t.gates.hook(hook)}</p>}
      {gate.needed !== undefined && gate.hook === undefined && (
        <p>
          {t.gates.approvals(given.length, gate.needed)}
          {' · '}
          {gate.groups && gate.groups.length > 0 ? t.gates.groups(gate.groups.join(', ')) : t.gates.anyone}
          {gate.notByTrigger === true && ` · ${t.gates.notByTrigger}`}
        </p>
      )}
      {gate.expiresAt !== undefined && (
        <p className="muted">
          <DateTime at={gate.expiresAt} />: {t.gates.into[gate.expiresInto ?? 'hold']}
        </p>
      )}
      {given.length > 0 && (
        <ul className="approvals">
          {given.map(({ by, at, reason }) => (
            <li key={`${by} ${at}`}>
              {by}, <Ago at={at} />
              {reason !== '' && <q lang="en">{reason}</q>}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
