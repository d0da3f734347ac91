import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { z } from 'zod';

const figureSchema = z.object({ provider: z.string(), property: z.string(), text: z.string() });

export type Figure = z.infer<typeof figureSchema>;

/** What the tests have noted, a line of JSON each. */
export function figuresIn(lines: string): Figure[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => figureSchema.parse(JSON.parse(line)));
}

/** Providers across, properties down; what a provider can't do, or what wasn't measured, is a dash. */
export function tableOf(figures: readonly Figure[]): string {
  const providers = [...new Set(figures.map(({ provider }) => provider))].sort();
  const properties = [...new Set(figures.map(({ property }) => property))];
  const cell = (provider: string, property: string) =>
    figures.find((one) => one.provider === provider && one.property === property)?.text ?? '–';
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['', ...providers.map((provider) => `\`${provider}\``)]),
    row(['---', ...providers.map(() => '---')]),
    ...properties.map((property) => row([property, ...providers.map((provider) => cell(provider, property))])),
  ].join('\n');
}

const DOCS = 'docs/routers.md';
const BEGIN = '<!-- measured by `npm run planes -- --write`, from here -->';
const END = '<!-- to here -->';

/** Puts the table where the documentation keeps it. @throws Error where the two marks aren't there */
export async function putIntoDocs(table: string): Promise<void> {
  const text = readFileSync(DOCS, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${DOCS} has no place for the table`);
  const filled = `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
  writeFileSync(
    DOCS,
    await format(filled, { parser: 'markdown', printWidth: 120, proseWrap: 'preserve', singleQuote: true }),
  );
}
