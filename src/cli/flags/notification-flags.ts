import { Option, type Command } from 'commander';
import { UserError } from '../../errors.js';
import type { Notifications, Notifier } from '../../settings.js';

/** Recipients for every Canary; names and defaults are Flagger's. */
export interface NotificationFlags {
  readonly slackUrl?: string;
  readonly slackToken?: string;
  readonly slackProxyUrl?: string;
  readonly slackUser: string;
  readonly slackChannel: string;
  readonly msteamsUrl?: string;
  readonly msteamsProxyUrl?: string;
  readonly eventWebhook?: string;
  readonly cloudeventsUrl?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function addNotificationFlags(command: Command): Command {
  const beats = (variable: string): string => `(${variable} wins over it)`;
  return command
    .addOption(
      new Option(
        '--slack-url <url>',
        `send alerts to Slack for Canaries without alerts of their own ${beats('SLACK_URL')}`,
      ),
    )
    .addOption(
      new Option(
        '--slack-token <token>',
        `bearer token for Slack; better not on a command line ${beats('SLACK_TOKEN')}`,
      ),
    )
    .addOption(new Option('--slack-proxy-url <url>', `HTTP proxy to Slack ${beats('SLACK_PROXY_URL')}`))
    .addOption(new Option('--slack-user <name>', 'name to write under').default('flagger'))
    .addOption(new Option('--slack-channel <name>', 'channel to write to; nothing is sent without it').default(''))
    .addOption(
      new Option('--msteams-url <url>', `send them to Microsoft Teams instead of Slack ${beats('MSTEAMS_URL')}`),
    )
    .addOption(new Option('--msteams-proxy-url <url>', `HTTP proxy to Microsoft Teams ${beats('MSTEAMS_PROXY_URL')}`))
    .addOption(
      new Option(
        '--event-webhook <url>',
        `is called with the events of Canaries that have no event webhook ${beats('EVENT_WEBHOOK_URL')}`,
      ),
    )
    .addOption(
      new Option(
        '--cloudevents-url <url>',
        `gets CloudEvents of Canaries that name no other receiver ${beats('CLOUDEVENTS_URL')}`,
      ),
    );
}

/**
 * Combines flags and environment as Flagger does: the environment wins, and Microsoft Teams replaces Slack.
 *
 * @throws UserError where an address is invalid; the message omits it
 */
export function notificationsOf(flags: NotificationFlags, environment: Environment = process.env): Notifications {
  const given = (variable: string, flag: string | undefined): string | undefined =>
    environment[variable]?.trim() || flag?.trim() || undefined;
  const address = (name: string, variable: string, flag: string | undefined): string | undefined =>
    callable(`--${name}`, variable, given(variable, flag));
  const slackUrl = address('slack-url', 'SLACK_URL', flags.slackUrl);
  const slackProxy = address('slack-proxy-url', 'SLACK_PROXY_URL', flags.slackProxyUrl);
  const teamsUrl = address('msteams-url', 'MSTEAMS_URL', flags.msteamsUrl);
  const teamsProxy = address('msteams-proxy-url', 'MSTEAMS_PROXY_URL', flags.msteamsProxyUrl);
  const { slackUser: username, slackChannel: channel } = flags;
  const notifier = ((): Notifier | undefined => {
    if (teamsUrl !== undefined)
      return { type: 'msteams', address: teamsUrl, token: undefined, proxy: teamsProxy, channel, username };
    if (slackUrl === undefined || channel === '') return undefined;
    const token = given('SLACK_TOKEN', flags.slackToken);
    return { type: 'slack', address: slackUrl, token, proxy: slackProxy, channel, username };
  })();
  return {
    notifier,
    eventWebhook: address('event-webhook', 'EVENT_WEBHOOK_URL', flags.eventWebhook),
    cloudEvents: address('cloudevents-url', 'CLOUDEVENTS_URL', flags.cloudeventsUrl),
  };
}

/** For the log at the start: the recipients, without secret parts of their addresses; or why there are none. */
export function notificationsInWords(
  { notifier, eventWebhook, cloudEvents }: Notifications,
  flags: NotificationFlags,
  environment: Environment = process.env,
): readonly string[] {
  const enabled = [notifier?.address, eventWebhook, cloudEvents].flatMap((address) =>
    address === undefined ? [] : [`Notifications enabled for ${new URL(address).origin}`],
  );
  const slackUrl = environment['SLACK_URL'] || flags.slackUrl;
  return slackUrl && notifier === undefined ? [...enabled, 'Notifier empty Slack channel'] : enabled;
}

function callable(flag: string, variable: string, url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  if (/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return url;
  throw new UserError(`${flag} (${variable}): it must be a whole URL such as https://hooks.example.org/services/…`);
}
