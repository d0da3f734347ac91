import { z } from 'zod';
import { PROBLEMS } from '../problems/catalogue.js';
import { Problem } from '../problems/problem.js';
import { open, problems, type App } from './app.js';

const kindSchema = z.object({ type: z.string(), title: z.string(), status: z.number() }).meta({ id: 'ProblemKind' });
const KINDS = new Map(Object.entries(PROBLEMS));

/** `/problems/<name>`: the target of a problem's `type`. */
export function problemKindRoute(app: App): void {
  app.get('/problems/:name', {
    schema: {
      ...open,
      summary: 'What a kind of problem is',
      params: z.object({ name: z.string() }),
      response: { 200: kindSchema, ...problems },
    },
    handler: ({ params }) => {
      const kind = KINDS.get(params.name);
      if (!kind) throw new Problem('unknown-route', `there is no kind of problem "${params.name}"`);
      return { type: `/problems/${params.name}`, ...kind };
    },
  });
}
