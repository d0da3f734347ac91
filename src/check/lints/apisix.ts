import { complaintAboutPattern } from '../../crds/bounded/regular-expression.js';
import type { ApisixRoute, ApisixRule } from '../objects/apisix-route.js';
import type { Finding } from '../finding.js';
import { about, sourcesOf, type Lint, type Subject } from '../subject.js';

/** The user's ApisixRoute: the route with the weights is generated from its rule for the Canary's service. */

export const routeLeadsToService: Lint = (subject) => {
  const { service, namespace } = subject.canary;
  const route = routeOf(subject);
  if (!route) return [];
  const complain = (message: string, remedy: string): Finding[] => [
    {
      rule: 'route-unusable',
      severity: 'error',
      object: `ApisixRoute/${route.name}`,
      field: 'spec.http',
      message,
      remedy,
    },
  ];
  const rule = ruleFor(route, service.name);
  if (!rule) {
    return complain(
      `no rule of it leads to the Service ${service.name}.${namespace}`,
      `add a rule with the backend ${service.name}, port ${service.port}`,
    );
  }
  if (rule.backends.length === 1) return [];
  return complain(
    `its rule ${rule.name} has ${rule.backends.length} backends, and only one can be divided`,
    `leave ${service.name} alone in that rule`,
  );
};

/** Conditions of the user's rule apply to the rules with the weights, too. */
export const routeIsReadable: Lint = (subject) => {
  const route = routeOf(subject);
  const rule = route && ruleFor(route, subject.canary.service.name);
  const exprs = rule?.match?.exprs ?? [];
  return exprs.flatMap((expression, index): Finding[] => {
    if (!expression || !/^Regex/.test(expression.op)) return [];
    const complaint = complaintAboutPattern(expression.value, ['PCRE']);
    if (complaint === undefined) return [];
    return [
      {
        rule: 'route-unreadable',
        severity: 'error',
        object: `ApisixRoute/${route?.name}`,
        field: `spec.http[${rule && route?.rules.indexOf(rule)}].match.exprs[${index}].value`,
        value: expression.value,
        message: `as a regular expression it can't be read: it ${complaint}`,
        remedy: 'correct it: no request fits it, to either version',
      },
    ];
  });
};

export const routeIsMeasured: Lint = (subject) => {
  const route = routeOf(subject);
  const rule = route && ruleFor(route, subject.canary.service.name);
  // A check with another source doesn't need it.
  const needed = sourcesOf(subject.canary).some(({ source }) => source.kind === 'builtin');
  if (!route || !rule || !needed) return [];
  const plugin = rule.plugins.find(({ name }) => name === 'prometheus');
  const counts = plugin?.enable === true && plugin.config?.disable !== true;
  if (counts && plugin.config?.prefer_name === true) return [];
  return [
    {
      rule: 'route-not-measured',
      severity: 'warning',
      object: `ApisixRoute/${route.name}`,
      field: `spec.http[${route.rules.indexOf(rule)}].plugins`,
      message: counts
        ? 'its requests are counted by the id of the route, and the built-in checks ask by its name'
        : 'its requests are not counted unless the plugin is on for all routes, and the built-in checks find no values',
      remedy: 'add the plugin prometheus with enable: true and config: { prefer_name: true }',
    },
  ];
};

/** Names that only APISIX' own DNS resolves can't be checked here. */
export const mirrorIsResolved: Lint = (subject) => {
  const { provider, analysis, service, namespace } = subject.canary;
  if (provider !== 'apisix' || !analysis.mirror) return [];
  const host = `${service.canaryName}.${namespace}`;
  return [
    about(subject, {
      rule: 'mirror-host',
      severity: 'info',
      field: 'spec.analysis.mirror',
      value: analysis.mirror,
      message: `APISIX looks up ${host} for every request that it copies: where its DNS can't, users' requests stall`,
      remedy: `try getent hosts ${host} in the APISIX pod`,
    }),
  ];
};

function routeOf({ route }: Subject): ApisixRoute | undefined {
  return route?.state === 'found' ? route.value : undefined;
}

function ruleFor({ rules }: ApisixRoute, service: string): ApisixRule | undefined {
  return rules.find(({ backends }) => backends.some(({ serviceName }) => serviceName === service));
}
