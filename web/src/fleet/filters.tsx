import { useLanguage } from '../i18n/language.js';
import { FILTERS, type FilterName } from './filter.js';
import type { Grouping } from './grouping.js';
import type { Choices, Density } from './use-choices.js';

interface Props {
  readonly choices: Choices;
  readonly counts: Readonly<Record<FilterName, number>>;
  readonly namespaces: readonly string[];
  readonly groupings: readonly Grouping[];
  readonly density: Density;
  readonly change: (choices: Choices) => void;
  readonly setDensity: (density: Density) => void;
}

export function Filters({ choices, counts, namespaces, groupings, density, change, setDensity }: Props) {
  const { t } = useLanguage();
  return (
    <div className="filters">
      <div className="chips" role="group" aria-label={t.fleet.filters}>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            className="chip"
            aria-pressed={choices.filter === filter}
            onClick={() => change({ ...choices, filter })}
          >
            {t.fleet.filter[filter]} <span className="chip-count">{counts[filter]}</span>
          </button>
        ))}
      </div>
      <div className="filters-text">
        <input
          type="search"
          aria-label={t.fleet.search}
          placeholder={t.fleet.search}
          value={choices.search}
          onChange={(event) => change({ ...choices, search: event.target.value })}
        />
        {namespaces.length > 1 && (
          <select
            aria-label={t.fleet.namespace}
            value={choices.namespace}
            onChange={(event) => change({ ...choices, namespace: event.target.value })}
          >
            <option value="">{t.fleet.allNamespaces}</option>
            {namespaces.map((namespace) => (
              <option key={namespace}>{namespace}</option>
            ))}
          </select>
        )}
        {groupings.length > 1 && (
          <select
            aria-label={t.fleet.group}
            value={choices.grouping}
            onChange={(event) => {
              const grouping = groupings.find((name) => name === event.target.value) ?? 'none';
              change({ ...choices, grouping });
            }}
          >
            {groupings.map((grouping) => (
              <option key={grouping} value={grouping}>
                {t.fleet.groupings[grouping]}
              </option>
            ))}
          </select>
        )}
        <button
          type="button"
          className="fleet-density"
          aria-pressed={density === 'compact'}
          onClick={() => setDensity(density === 'compact' ? 'comfortable' : 'compact')}
        >
          {t.fleet.compact}
        </button>
      </div>
    </div>
  );
}
