/** A column of a record; empty text is null, unless the column has a default. */
export interface Cell {
  readonly text: string;
  /** As in the annotation `#datatype`, empty without one. */
  readonly type: string;
}

/** By column. */
export type Record = ReadonlyMap<string, Cell>;

/**
 * The first record of an answer in annotated CSV: tables of rows, separated by empty lines. A table begins with
 * annotations (`#datatype`, `#group`, `#default`) in any order, then its header, then its records. Its first column
 * belongs to the annotations. An error is a separate table, sometimes without annotations.
 *
 * @returns undefined where there is no record; `no csv` for anything else
 */
export function firstRecord(text: string): Record | 'no csv' | undefined {
  if (text.trim() === '') return undefined;
  const rows = rowsOf(text);
  if (rows === undefined) return 'no csv';
  for (const table of tablesOf(rows)) {
    const annotations = new Map(table.filter(isAnnotation).map((row) => [row[0], row]));
    const [header, record] = table.filter((row) => !isAnnotation(row));
    if (!header) continue;
    if (!isHeader(header)) return 'no csv';
    if (record) return recordOf(header, record, annotations);
  }
  return undefined;
}

function recordOf(
  header: readonly string[],
  record: readonly string[],
  annotations: ReadonlyMap<string | undefined, readonly string[]>,
): Record {
  const types = annotations.get('#datatype');
  const defaults = annotations.get('#default');
  return new Map(
    header.map((column, index) => [
      column,
      { text: record[index] || defaults?.[index] || '', type: types?.[index] ?? '' },
    ]),
  );
}

function isAnnotation(row: readonly string[]): boolean {
  return row[0]?.startsWith('#') === true;
}

/** Results have a column `table`, errors a column `error`. */
function isHeader(row: readonly string[]): boolean {
  return row.includes('table') || row.includes('error');
}

function tablesOf(rows: readonly (readonly string[])[]): readonly (readonly (readonly string[])[])[] {
  const tables: (readonly string[])[][] = [[]];
  let isBegun = false;
  for (const row of rows) {
    const isBlank = row.length === 1 && row[0] === '';
    // The next table's annotations may follow without an empty line.
    const isNext = isAnnotation(row) && isBegun;
    if (isBlank || isNext) {
      tables.push([]);
      isBegun = false;
    }
    if (isBlank) continue;
    tables.at(-1)?.push(row);
    if (!isAnnotation(row)) isBegun = true;
  }
  return tables;
}

/** A table begins with three annotations and a header. */
const MOST_ROWS = 1_000;
const MOST_FIELDS = 100_000;

/**
 * The first thousand rows of CSV, see RFC 4180.
 *
 * @returns undefined where a quote doesn't end, or a row doesn't
 */
function rowsOf(text: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [[]];
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  for (let fields = 0; field.lastIndex < text.length; fields += 1) {
    // Only the first record is needed: reading on would take time from others.
    if (rows.length > MOST_ROWS) break;
    const match = field.exec(text);
    if (!match || fields === MOST_FIELDS) return undefined;
    const [, quoted, plain = '', end = ''] = match;
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end.endsWith('\n')) rows.push([]);
  }
  if (rows.at(-1)?.length === 0) rows.pop();
  return rows;
}
