import { appendFileSync } from 'node:fs';

/** The columns of the table in docs/routers.md. */
export type Property =
  'weights' | 'sessions' | 'A/B' | 'copies' | 'promotion' | 'rollback' | 'route edited' | 'restart' | 'metrics';

/** Notes what was measured, for `npm run planes`, which prints the table. */
export function note(provider: string, property: Property, text: string): void {
  const file = process.env['SERINUS_PLANES_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ provider, property, text })}\n`);
}
