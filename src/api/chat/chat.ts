import type { Client } from '@temporalio/client';
import type { Dependencies } from '../../dependencies.js';
import { sendAlert } from '../../alerts/send.js';
import { orderAccess } from '../auth/access.js';
import type { Guard } from '../auth/guard.js';
import type { Limits } from '../auth/limits.js';
import { OfferedOrders } from '../links/act.js';
import { Orders } from '../orders/give.js';
import { Problem } from '../problems/problem.js';
import type { Runs } from '../releases/runs.js';
import { actRoutes } from '../routes/act.js';
import type { App } from '../routes/app.js';
import { slackRoute } from '../routes/slack.js';
import { SlackButtons, type SlackSettings } from './slack.js';

/** For an answer to reach Slack, milliseconds. */
const ANSWER_MS = 10_000;

/** Orders that messages offer: by links, and by buttons where Slack is configured. Without keys there is neither. */
export function chatRoutes(
  app: App,
  deps: Dependencies,
  temporal: Client,
  parts: {
    readonly guard: Guard;
    readonly limits: Limits;
    readonly runs: Runs;
    readonly slack: SlackSettings | undefined;
  },
): void {
  const { guard, limits, runs, slack } = parts;
  const { linking } = deps.settings;
  if (linking === undefined) return;
  const offered = new OfferedOrders(deps, linking, runs, new Orders(temporal, runs, deps.submissions));
  void app.register((forms: App, _options, done) => {
    actRoutes(forms, offered, limits);
    done();
  });
  if (slack === undefined) return;
  const buttons = new SlackButtons(slack, {
    offered,
    log: deps.log,
    now: deps.now,
    admit: async (user, { offer, release: { canary } }) => {
      if (await guard.mayAs(user, orderAccess(offer.order, canary))) return;
      throw new Problem('forbidden', `${user.username} may not ${offer.order} ${canary.name}.${canary.namespace}`);
    },
    post: async (url, body) => {
      const sent = await sendAlert(
        { url, body },
        { proxy: undefined, complaint: undefined, idempotencyKey: url, signal: AbortSignal.timeout(ANSWER_MS) },
      );
      if (!sent.ok) throw new Error(sent.error);
    },
  });
  void app.register((signed: App, _options, done) => {
    slackRoute(signed, buttons);
    done();
  });
}
