import { useLanguage } from '../i18n/language.js';
import type { Texts } from '../i18n/en.js';
import { Icon, type IconName } from '../ui/icon.js';
import type { RailState, RailStep } from './rail.js';

const ICONS: Readonly<Record<RailState, IconName>> = {
  done: 'check',
  current: 'forward',
  ahead: 'dot',
  failed: 'cross',
  skipped: 'dash',
};

/** The steps of a release in a row, or below one another where the window is narrow. */
export function Rail({ steps }: { readonly steps: readonly RailStep[] }) {
  const { t } = useLanguage();
  if (steps.length === 0) return null;
  return (
    <section aria-labelledby="rail-title" className="card">
      <h2 id="rail-title">{t.rail.title}</h2>
      <ol className="rail">
        {steps.map((step, index) => (
          <li
            key={index}
            className={`rail-step rail-${step.state}`}
            aria-current={step.state === 'current' ? 'step' : undefined}
          >
            <span className="rail-mark">
              <Icon name={step.part === 'gate' && step.state === 'current' ? 'clock' : ICONS[step.state]} />
            </span>
            <span className="rail-label">{labelOf(step, t)}</span>
            <span className="visually-hidden">{`, ${t.rail.state[step.state]}`}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function labelOf(step: RailStep, t: Texts): string {
  switch (step.part) {
    case 'weight':
      return t.rail.weight(step.weight);
    case 'iterations':
      return t.rail.iteration(step.done, step.of);
    case 'gate':
      return gateName(step, t);
    case 'start':
    case 'initialize':
    case 'promotion':
    case 'divert':
    case 'restore':
    case 'end':
      return t.rail[step.part];
  }
}

/** What a gate lets through. */
export function gateName({ gate, atWeight }: { readonly gate: string; readonly atWeight?: number }, t: Texts): string {
  return atWeight === undefined ? (t.rail.gate[gate] ?? gate) : t.rail.gateAt(t.rail.weight(atWeight));
}
