/** The filters for releases; empty where they don't matter. */
export const FIELDS = ['namespace', 'name', 'outcome', 'actor', 'image', 'since', 'until'] as const;
export type Field = (typeof FIELDS)[number];
export type Wanted = Readonly<Record<Field, string>>;

export function wantedOf(parameters: URLSearchParams): Wanted {
  const read = (field: Field): string => parameters.get(field) ?? '';
  return {
    namespace: read('namespace'),
    name: read('name'),
    outcome: read('outcome'),
    actor: read('actor'),
    image: read('image'),
    since: read('since'),
    until: read('until'),
  };
}

/** Days become times: a day counts as a whole. */
export function parametersOf(wanted: Wanted): URLSearchParams {
  const pairs = FIELDS.flatMap((field): [string, string][] => {
    const value = wanted[field].trim();
    if (value === '') return [];
    if (field === 'since') return [[field, startOf(value).toISOString()]];
    if (field === 'until') return [[field, endOf(value).toISOString()]];
    return [[field, value]];
  });
  return new URLSearchParams(pairs);
}

/** Start of a day in the user's time zone. */
function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

function endOf(day: string): Date {
  return new Date(`${day}T23:59:59.999`);
}
