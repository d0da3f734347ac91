import { z } from 'zod';
import { atMostOneOf, exactlyOneOf, stringMap, strings } from './fields.js';

/** Conditions on requests, in the words of Istio. */

const texts = {
  exact: z.string().meta({ description: 'The whole text' }).optional(),
  prefix: z.string().meta({ description: 'The beginning of the text' }).optional(),
  regex: z.string().meta({ description: 'A regular expression in RE2 syntax' }).optional(),
};

const suffix = z.string().meta({ description: 'The end of the text' }).optional();

function stringMatch(description: string) {
  return atMostOneOf(z.object(texts), ['exact', 'prefix', 'regex'], description);
}

export function definiteStringMatch(description: string) {
  return exactlyOneOf(z.object(texts), ['exact', 'prefix', 'regex'], description);
}

function matchMap(description: string) {
  return z.record(z.string(), stringMatch('What the value must be')).meta({ description });
}

/** One entry of `service.match`. A request must meet all its conditions. */
export const httpMatchSchema = z
  .object({
    name: z.string().meta({ description: 'Name of the condition' }).optional(),
    authority: stringMatch('The host that is asked for').optional(),
    gateways: strings('Gateways to which the condition applies').optional(),
    headers: matchMap('Request headers by their name in lower case').optional(),
    ignoreUriCase: z.boolean().meta({ description: 'The case of the path does not matter' }).optional(),
    method: stringMatch('The HTTP method').optional(),
    port: z.int().meta({ description: 'The port that is asked' }).optional(),
    queryParams: matchMap('Query parameters by name').optional(),
    scheme: stringMatch('The scheme of the URL').optional(),
    sourceLabels: stringMap('Labels of the workload that asks').optional(),
    sourceNamespace: z.string().meta({ description: 'Namespace of the workload that asks' }).optional(),
    uri: stringMatch('The path').optional(),
    withoutHeaders: matchMap('Request headers that must not be like this').optional(),
  })
  .meta({ description: 'A condition on requests; all its parts must be true' });

/** One entry of `analysis.match`: who meets the canary in an A/B test. */
export const audienceSchema = z
  .object({
    headers: z
      .record(
        z.string(),
        exactlyOneOf(z.object({ ...texts, suffix }), ['exact', 'prefix', 'suffix', 'regex'], 'What the value must be'),
      )
      .meta({ description: 'Request headers by name' })
      .optional(),
    queryParams: matchMap('Query parameters by name').optional(),
    sourceLabels: stringMap('Labels of the workload that asks; for the mesh gateway').optional(),
  })
  .meta({ description: 'Requests that are for the canary; all its parts must be true' });
