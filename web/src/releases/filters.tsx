import { useId } from 'react';
import { useLanguage } from '../i18n/language.js';
import type { Field, Wanted } from './query.js';

interface Props {
  readonly wanted: Wanted;
  readonly change: (wanted: Wanted) => void;
}

export function ReleaseFilters({ wanted, change }: Props) {
  const { t } = useLanguage();
  const id = useId();
  const set = (field: Field, value: string): void => change({ ...wanted, [field]: value });
  const field = (name: Field, label: string, type: 'search' | 'date') => (
    <label className="field" htmlFor={`${id}-${name}`}>
      {label}
      <input
        id={`${id}-${name}`}
        type={type}
        value={wanted[name]}
        onChange={(event) => set(name, event.target.value)}
      />
    </label>
  );
  return (
    <form
      className="release-filters"
      role="search"
      aria-label={t.releases.filter}
      onSubmit={(event) => event.preventDefault()}
    >
      {field('namespace', t.releases.namespace, 'search')}
      {field('name', t.releases.name, 'search')}
      <label className="field" htmlFor={`${id}-outcome`}>
        {t.releases.outcome}
        <select id={`${id}-outcome`} value={wanted.outcome} onChange={(event) => set('outcome', event.target.value)}>
          <option value="">{t.releases.anyOutcome}</option>
          {Object.entries(t.releases.outcomes).map(([outcome, name]) => (
            <option key={outcome} value={outcome}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {field('actor', t.releases.actor, 'search')}
      {field('image', t.releases.image, 'search')}
      {field('since', t.releases.since, 'date')}
      {field('until', t.releases.until, 'date')}
    </form>
  );
}
