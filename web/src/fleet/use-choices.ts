import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { COLUMNS, type ColumnName } from './columns.js';
import { FILTERS, type Wanted } from './filter.js';
import { GROUPINGS, type Grouping } from './grouping.js';

export interface Order {
  readonly by: ColumnName;
  readonly descending: boolean;
}

/** Which Canaries are shown, and how. */
export interface Choices extends Wanted {
  readonly grouping: Grouping;
  /** Undefined: those that need attention first. */
  readonly order: Order | undefined;
}

export const EVERYTHING: Wanted = { filter: 'all', search: '', namespace: '' };

/** Choices are part of the address, so that users can share what they see. */
export function useChoices(): [Choices, (choices: Choices) => void] {
  const [parameters, setParameters] = useSearchParams();
  const choices = choicesIn(parameters);
  const change = (next: Choices): void => setParameters(parametersOf(next), { replace: true });
  return [choices, change];
}

export function choicesIn(parameters: URLSearchParams): Choices {
  const [, minus, sort] = /^(-?)(.*)$/.exec(parameters.get('sort') ?? '') ?? [];
  const by = COLUMNS.find((name) => name === sort);
  return {
    filter: FILTERS.find((name) => name === parameters.get('state')) ?? 'all',
    search: parameters.get('q') ?? '',
    namespace: parameters.get('namespace') ?? '',
    grouping: GROUPINGS.find((name) => name === parameters.get('group')) ?? 'none',
    order: by && { by, descending: minus === '-' },
  };
}

export function parametersOf({ filter, search, namespace, grouping, order }: Choices): URLSearchParams {
  const pairs = {
    state: filter === 'all' ? '' : filter,
    q: search,
    namespace,
    group: grouping === 'none' ? '' : grouping,
    sort: order === undefined ? '' : `${order.descending ? '-' : ''}${order.by}`,
  };
  return new URLSearchParams(Object.entries(pairs).filter(([, value]) => value !== ''));
}

const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];
const STORED = 'serinus.density';

/** The height of rows is personal: it stays in the browser. */
export function useDensity(): [Density, (density: Density) => void] {
  const [density, set] = useState<Density>(
    () => DENSITIES.find((name) => name === localStorage.getItem(STORED)) ?? 'comfortable',
  );
  const choose = (next: Density): void => {
    localStorage.setItem(STORED, next);
    set(next);
  };
  return [density, choose];
}
