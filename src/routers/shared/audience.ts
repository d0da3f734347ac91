import type { Audience, Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';

/** Condition on the value of a header or a query parameter; exactly one of the four is set. */
export interface TextMatch {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly regex?: string | undefined;
}

/**
 * Who meets the canary in an A/B test. Any one entry suffices, and all parts of an entry must be true.
 *
 * @throws UserError for an entry that matches every request: it would send everybody to the canary
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

/** A regular expression for the whole value. Its syntax is RE2's, which has no way to escape a whole text. */
export function regexOf({ exact, prefix, suffix, regex }: TextMatch): string {
  if (regex !== undefined) return regex;
  if (exact !== undefined) return escaped(exact);
  return prefix === undefined ? `.*${escaped(suffix ?? '')}` : `${escaped(prefix)}.*`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
