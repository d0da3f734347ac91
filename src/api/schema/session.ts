import { z } from 'zod';
import { ORDER_NAMES, wordOf } from '../../domain/orders/catalogue.js';

export const sessionAnswerSchema = z
  .object({
    mode: z.enum(['none', 'kubernetes', 'oidc']).describe('How callers are distinguished'),
    development: z.boolean().describe('No login required: everybody who reaches the port may do everything'),
    user: z
      .object({ name: z.string(), groups: z.array(z.string()) })
      .optional()
      .describe('Who asks, where that is known'),
    csrfToken: z
      .string()
      .optional()
      .describe(
        'For the header X-Serinus-Csrf of requests that change something and come with the cookie of a session',
      ),
    login: z.string().optional().describe('Where a browser logs in; append ?return=/path'),
    expiresAt: z.string().optional().describe('When the session ends'),
  })
  .meta({ id: 'Session' });

export const permissionsSchema = z
  .object({
    start: z.boolean().describe('May release another revision'),
    logs: z.boolean().describe('May read what its pods log'),
    orders: z.object(Object.fromEntries(ORDER_NAMES.map((order) => [wordOf(order), z.boolean()]))),
  })
  .meta({ id: 'Permissions', description: 'What the caller may do with a Canary, whatever state it is in' });

export const loginQuerySchema = z.object({
  return: z.string().max(2_000).default('/').describe('Path of this API to go to afterwards'),
});

export const loggedOutSchema = z
  .object({ location: z.string().describe('Where the browser should go next: the issuer, to log out there too, or /') })
  .meta({ id: 'LoggedOut' });

export type SessionAnswer = z.output<typeof sessionAnswerSchema>;
export type Permissions = z.output<typeof permissionsSchema>;
