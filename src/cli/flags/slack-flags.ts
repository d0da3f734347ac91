import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { parse } from 'yaml';
import type { SlackSettings } from '../../api/chat/slack.js';
import { chatUsersOf } from '../../api/chat/users.js';
import { messageOf } from '../../errors.js';
import { UsageError } from '../usage.js';

export interface SlackFlags {
  readonly slackUsersFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET = 'SERINUS_SLACK_SIGNING_SECRET';

export function addSlackFlags(command: Command): Command {
  return command.addOption(
    new Option(
      '--slack-users-file <path>',
      `YAML file that says who members of Slack are to Kubernetes, for its buttons; needs ${SECRET}`,
    ).env('SERINUS_SLACK_USERS_FILE'),
  );
}

/**
 * @returns undefined where Slack's buttons aren't configured
 * @throws UsageError where the file is invalid, or the secret is missing
 */
export function slackSettingsOf(
  { slackUsersFile: path }: SlackFlags,
  environment: Environment = process.env,
): SlackSettings | undefined {
  if (path === undefined) return undefined;
  const signingSecret = environment[SECRET]?.trim();
  if (!signingSecret) throw new UsageError(`--slack-users-file needs ${SECRET}, the signing secret of the app`);
  try {
    return { signingSecret, users: chatUsersOf(parse(readFileSync(path, 'utf8'))) };
  } catch (error) {
    throw new UsageError(`--slack-users-file ${path}: ${messageOf(error)}`);
  }
}
