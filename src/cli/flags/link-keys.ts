import { Option, type Command } from 'commander';
import { isLoopback } from '../../api/options.js';
import type { Linking } from '../../links/offers.js';
import { bool } from './bool.js';
import { secretKeysOf } from './secret-keys.js';
import { UsageError } from '../usage.js';

/** How messages get orders to offer. */
export interface ChatFlags {
  readonly linksUrl?: string;
  readonly slackButtons: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const KEYS = 'SERINUS_LINK_KEYS';

export function addChatFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--links-url <url>',
        `where people reach the API: messages offer orders by links to it, signed with ${KEYS} (default: no links)`,
      ).env('SERINUS_LINKS_URL'),
    )
    .addOption(
      new Option(
        '--slack-buttons [bool]',
        'messages in Slack have buttons, which Slack sends to /api/v1/chat/slack below --links-url',
      )
        .default(false)
        .preset('true')
        .env('SERINUS_SLACK_BUTTONS')
        .argParser(bool),
    );
}

/**
 * @returns undefined where messages offer no orders
 * @throws UsageError where one of the two is missing or invalid; keys aren't in the message
 */
export function linkingOf(
  { linksUrl, slackButtons }: ChatFlags,
  environment: Environment = process.env,
): Linking | undefined {
  const text = environment[KEYS]?.trim();
  if (linksUrl === undefined) return undefined;
  if (!text)
    throw new UsageError(`--links-url needs ${KEYS}: keys of 32 bytes in base64; openssl rand -base64 32 makes one`);
  const url = URL.canParse(linksUrl) ? new URL(linksUrl) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !safe || url.pathname !== '/' || url.search !== '') {
    throw new UsageError(
      `--links-url ${linksUrl}: it must be a URL without a path such as https://serinus.example.com; http is for loopback only`,
    );
  }
  return { origin: url.origin, keys: secretKeysOf(text, KEYS), slackButtons };
}
