import { useLanguage } from '../i18n/language.js';
import { FILTERS, type FilterName, type Wanted } from './filter.js';

interface Props {
  readonly wanted: Wanted;
  readonly counts: Readonly<Record<FilterName, number>>;
  readonly namespaces: readonly string[];
  readonly change: (wanted: Wanted) => void;
}

export function Filters({ wanted, counts, namespaces, change }: Props) {
  const { t } = useLanguage();
  return (
    <div className="filters">
      <div className="chips" role="group" aria-label={t.fleet.filters}>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            className="chip"
            aria-pressed={wanted.filter === filter}
            onClick={() => change({ ...wanted, filter })}
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
          value={wanted.search}
          onChange={(event) => change({ ...wanted, search: event.target.value })}
        />
        {namespaces.length > 1 && (
          <select
            aria-label={t.fleet.namespace}
            value={wanted.namespace}
            onChange={(event) => change({ ...wanted, namespace: event.target.value })}
          >
            <option value="">{t.fleet.allNamespaces}</option>
            {namespaces.map((namespace) => (
              <option key={namespace}>{namespace}</option>
            ))}
          </select>
        )}
      </div>
    </div>
  );
}
