import type { Audience, Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';

/** How the value of a header or a query parameter must be; exactly one of the four is there. */
export interface TextMatch {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly regex?: string | undefined;
}

/**
 * Who is to meet the canary in an A/B test. Any of the entries will do, and all parts of an entry must be true.
 *
 * @throws UserError for an entry that fits every request: with it everybody would meet the canary
 */
export function audiencesOf(canary: Canary): readonly Audience[] {
  const { match } = canary.analysis;
  for (const [index, entry] of match.entries()) refuseEverybody(entry, `spec.analysis.match[${index}]`);
  return match;
}

function refuseEverybody({ headers = {}, queryParams = {}, sourceLabels = {} }: Audience, field: string): void {
  const texts = [
    ...Object.entries(headers).map(([name, text]) => [`${field}.headers.${name}`, text] as const),
    ...Object.entries(queryParams).map(([name, text]) => [`${field}.queryParams.${name}`, text] as const),
  ];
  if (texts.length === 0 && Object.keys(sourceLabels).length === 0) {
    throw new UserError(`${field}: {} fits every request, name a header that tells the requests for the canary`);
  }
  for (const [where, { exact, prefix, suffix, regex }] of texts as readonly (readonly [string, TextMatch])[]) {
    if ([exact, prefix, suffix, regex].some((text) => text !== undefined && text !== '')) continue;
    throw new UserError(`${where}: an empty text can't tell requests apart, set exact or regex to the value`);
  }
}

/** A regular expression for all of the value. Its syntax is RE2's, which has no way to escape a whole text. */
export function regexOf({ exact, prefix, suffix, regex }: TextMatch): string {
  if (regex !== undefined) return regex;
  if (exact !== undefined) return escaped(exact);
  return prefix === undefined ? `.*${escaped(suffix ?? '')}` : `${escaped(prefix)}.*`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
