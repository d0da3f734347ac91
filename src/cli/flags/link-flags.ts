import { InvalidArgumentError, Option, type Command } from 'commander';
import { mistakeIn, PLACEHOLDERS, type LinkTemplates } from '../../api/live/link-templates.js';
import { url } from './engine-flags.js';

/** Options that say where people find more about releases. */
export interface LinkFlags {
  readonly temporalUiUrl?: string;
  readonly metricsUrl?: string;
  readonly logsUrl?: string;
}

type Kind = keyof typeof PLACEHOLDERS;

export function addLinkFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--temporal-ui-url <url>', 'Temporal UI, to which the live view links (default: no links)')
        .env('SERINUS_TEMPORAL_UI_URL')
        .argParser(url),
    )
    .addOption(
      new Option('--metrics-url <template>', described('metrics'))
        .env('SERINUS_METRICS_URL')
        .argParser(template('metrics')),
    )
    .addOption(
      new Option('--logs-url <template>', described('logs')).env('SERINUS_LOGS_URL').argParser(template('logs')),
    );
}

export function linksOf({ temporalUiUrl, metricsUrl, logsUrl }: LinkFlags): LinkTemplates {
  return { temporalUi: temporalUiUrl, metrics: metricsUrl, logs: logsUrl };
}

function described(kind: Kind): string {
  const names = PLACEHOLDERS[kind].map((name) => `{${name}}`).join(', ');
  return `page of ${kind}, to which the live view links: a URL with ${names} (default: no links)`;
}

function template(kind: Kind): (text: string) => string {
  return (text) => {
    const mistake = mistakeIn(kind, text);
    if (mistake !== undefined) throw new InvalidArgumentError(`It can't be used: ${mistake}.`);
    return text;
  };
}
