import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { LinkRefused } from '../../links/token.js';
import type { Limits } from '../auth/limits.js';
import type { OfferedOrders, Question } from '../links/act.js';
import { htmlOf, STYLE, STYLE_PATH, type Page } from '../links/page.js';
import { Problem } from '../problems/problem.js';
import { labelOf } from '../../domain/orders/catalogue.js';
import type { App } from './app.js';

const paramsSchema = z.object({ token: z.string().max(4_000) });
const formSchema = z.object({ reason: z.string().max(500).default('') });

const HIDDEN = { hide: true } as const;
const HTML = 'text/html; charset=utf-8';
/** Whoever has the link may use it: it must not be stored, nor sent to other sites. */
const PRIVATE = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' } as const;

/**
 * Where links in messages lead. Opening one only asks: mail scanners and chats open links by themselves. The link
 * itself is the authorisation, so cookies and tokens are neither needed nor read.
 */
export function actRoutes(app: App, offered: OfferedOrders, limits: Limits): void {
  takeForms(app);

  app.get(STYLE_PATH, {
    schema: HIDDEN,
    handler: (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE),
  });

  app.get('/act/:token', {
    schema: { ...HIDDEN, params: paramsSchema },
    onRequest: (request) => limits.spendAttempt(request, 'link'),
    handler: ({ params }, reply) => answer(reply, async () => asked(await offered.ask(params.token))),
  });

  app.post('/act/:token', {
    schema: { ...HIDDEN, params: paramsSchema, body: formSchema },
    onRequest: (request) => limits.spendAttempt(request, 'link'),
    handler: ({ params, body }, reply) =>
      answer(reply, async () => {
        const question = await offered.ask(params.token);
        if (question.refused !== undefined) return asked(question);
        const by = `whoever has the link sent to ${question.offer.to} (unverified)`;
        const { taken } = await offered.give(question, { by }, body.reason);
        return {
          ...headed(question),
          text: [
            taken === true ? 'Done: the release has taken the order.' : 'The order is kept until a worker takes it.',
          ],
        };
      }),
  });
}

async function answer(reply: FastifyReply, page: () => Promise<Page>): Promise<FastifyReply> {
  reply.headers(PRIVATE).type(HTML);
  try {
    return await reply.send(htmlOf(await page()));
  } catch (error) {
    const [status, text] = wordsOf(error);
    return reply.code(status).send(htmlOf({ title: 'That did not work', text: [text], more: '/' }));
  }
}

function wordsOf(error: unknown): [number, string] {
  if (error instanceof LinkRefused) return [410, error.message];
  if (error instanceof Problem && error.status < 500) return [error.status, error.detail];
  throw error;
}

function asked(question: Question): Page {
  const { effect, refused, offer } = question;
  const head = headed(question);
  if (refused !== undefined) return { ...head, text: [`That can’t be done now: ${refused}.`] };
  const what = effect === undefined ? 'No worker answers, so the effect is unknown.' : `${effect}.`;
  return { ...head, text: [what, 'Nothing has happened yet.'], confirm: labelOf(offer.order) };
}

function headed({ offer, release: { canary } }: Question): Pick<Page, 'title' | 'more'> {
  return {
    title: `${labelOf(offer.order)} ${canary.name}.${canary.namespace}`,
    more: `/canaries/${canary.namespace}/${canary.name}`,
  };
}

/**
 * Lets the routes of this plugin accept browsers' forms, with fields as strings. No other routes: pages of other sites
 * can send forms too, so such a route must not rely on a cookie.
 */
function takeForms(app: App): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
