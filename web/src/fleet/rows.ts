import type { FleetRow } from '../api/types.js';

export type Rows = ReadonlyMap<string, FleetRow>;

/** The stream's messages about the fleet. */
export type FleetNews =
  | { readonly what: 'all'; readonly rows: readonly FleetRow[] }
  | { readonly what: 'canary'; readonly row: FleetRow }
  | { readonly what: 'gone'; readonly key: Pick<FleetRow, 'namespace' | 'name' | 'cluster'> }
  /** All rows have been sent: `namespace/name`. */
  | { readonly what: 'synced'; readonly canaries: readonly string[] };

export function keyOf({ cluster, namespace, name }: Pick<FleetRow, 'namespace' | 'name' | 'cluster'>): string {
  return `${cluster}/${namespace}/${name}`;
}

export function withNews(rows: Rows, news: FleetNews): Rows {
  switch (news.what) {
    case 'all':
      return new Map(news.rows.map((row) => [keyOf(row), row]));
    case 'canary':
      return new Map(rows).set(keyOf(news.row), news.row);
    case 'gone': {
      const left = new Map(rows);
      left.delete(keyOf(news.key));
      return left;
    }
    case 'synced':
      return new Map([...rows].filter(([, { namespace, name }]) => news.canaries.includes(`${namespace}/${name}`)));
  }
}
