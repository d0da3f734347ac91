import { z } from 'zod';
import type { SlackButtons } from '../chat/slack.js';
import type { App } from './app.js';

const headersSchema = z.looseObject({
  'x-slack-request-timestamp': z.string().default(''),
  'x-slack-signature': z.string().default(''),
});

/** Where a Slack app sends clicks. They are signed, so they need no token. */
export function slackRoute(app: App, buttons: SlackButtons): void {
  // The signature is over the unparsed body.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/api/v1/chat/slack', {
    schema: { hide: true, body: z.string(), headers: headersSchema },
    handler: ({ body, headers }, reply) => {
      const click = buttons.read(body, {
        timestamp: headers['x-slack-request-timestamp'],
        signature: headers['x-slack-signature'],
      });
      // Slack waits for three seconds; the result is posted into the conversation.
      void buttons.carryOut(click);
      return reply.code(200).send();
    },
  });
}
