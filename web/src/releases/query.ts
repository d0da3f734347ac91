/** What releases are looked for by; empty where it doesn't matter. */
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

/** Days as people pick them become times: a day is looked at as a whole. */
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

/** Of a day in the time zone of whoever looks. */
function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

function endOf(day: string): Date {
  return new Date(`${day}T23:59:59.999`);
}
