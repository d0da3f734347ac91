import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { complaintAboutPattern } from '../../src/crds/bounded/regular-expression.js';
import { parseCanary } from '../../src/crds/canary.js';
import { costOf } from '../harness/cost.js';
import { canaryWith, OPTIONS } from './fixtures.js';

describe('a regular expression', () => {
  const BOTH = [
    '',
    'a',
    '.*',
    '^v[12]$',
    '(a|b)+?',
    '(?:x)',
    '(?i)chrome',
    '[]a]',
    '[^]a]',
    '[a-z0-9_-]+',
    '[[:alpha:]-]',
    '\\d{2,5}',
    '\\.',
    'a{',
    'a{,3}',
    '{}',
    '[\\x20-!]',
    '[\\w.]',
    '(?P<user>[a-z]+)',
    '\\Q((\\E',
    '()',
    '(|a)',
    '^(.*?;)?(canary=always)(;.*)?$',
    '[\\]a]',
    '/api/v[0-9]+/.*',
    'ä+',
    'a{2}',
  ];
  for (const text of BOTH) {
    test(`${JSON.stringify(text)} can be read`, () => {
      assert.equal(complaintAboutPattern(text, ['RE2']), undefined);
      assert.equal(complaintAboutPattern(text, ['PCRE']), undefined);
    });
  }

  const NEITHER: readonly (readonly [string, RegExp])[] = [
    ['((', /has a \( that is never closed/],
    ['a)|(.*', /has a \) that nothing has opened/],
    ['[a-z', /has a \[ at 1 that is never closed/],
    ['[', /never closed/],
    ['[]', /never closed/],
    ['*a', /has a \* at 1 with nothing before it/],
    ['a|+', /nothing before it/],
    ['a**', /repeats at 3 what is repeated already/],
    ['[z-a]', /the range z-a, which is the wrong way round/],
    ['a{5,2}', /repeats \{5,2\}, which is the wrong way round/],
    ['a{70000}', /more often than the/],
    ['a\\', /ends with a backslash/],
    ['[\\', /ends with a backslash/],
  ];
  for (const [text, why] of NEITHER) {
    test(`${JSON.stringify(text)} can't`, () => {
      for (const dialect of ['RE2', 'PCRE'] as const) assert.match(complaintAboutPattern(text, [dialect]) ?? '', why);
    });
  }

  const PCRE_ONLY: readonly (readonly [string, RegExp])[] = [
    ['(?=a)', /RE2 doesn't know/],
    ['(?!canary)', /RE2 doesn't know/],
    ['(?<!a)b', /RE2 doesn't know/],
    ['(?>a)', /RE2 doesn't know/],
    ['(a)\\1', /RE2 knows no way back to a group/],
    ['a++', /repeats at 3 what is repeated already/],
    ['\\h', /RE2 doesn't know/],
    ['a{1001}', /more often than the 1000 times/],
    ['(*UTF8)a', /nothing before it/],
  ];
  for (const [text, why] of PCRE_ONLY) {
    test(`${JSON.stringify(text)} is for NGINX and APISIX only`, () => {
      assert.match(complaintAboutPattern(text, ['RE2']) ?? '', why);
      assert.equal(complaintAboutPattern(text, ['PCRE']), undefined);
      assert.equal(complaintAboutPattern(text, ['RE2', 'PCRE']), undefined, 'somebody can read it');
    });
  }

  test('is looked at in a time that grows as it does', () => {
    for (const part of ['(', '[', '\\', 'a{1,2}', '(?', '[[:', '(?#', 'a*', '[a-', '\\p{']) {
      const text = part.repeat(100_000 / part.length);
      assert.ok(costOf(() => void complaintAboutPattern(text, ['RE2', 'PCRE'])) < 1_000, part);
    }
  });

  test('that JavaScript can read is never refused for PCRE, whatever it is', () => {
    const parts = ['a', '.', '*', '+', '?', '(', ')', '[', ']', '|', '^', '$', '{1}', '\\d', '-', '(?:', 'z'];
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 20_000; round += 1) {
      const text = Array.from({ length: 1 + random(8) }, () => parts[random(parts.length)]).join('');
      let isRegExp = true;
      try {
        new RegExp(text);
      } catch {
        isRegExp = false;
      }
      // Where `]` stands first it is itself to PCRE, and the end to JavaScript.
      if (isRegExp && !/\[\^?\]/.test(text)) assert.equal(complaintAboutPattern(text, ['PCRE']), undefined, text);
    }
  });
});

describe('a Canary with one that its data plane cannot read is refused by field', () => {
  const audience = (provider: string, part: 'headers' | 'queryParams') => ({
    'spec.provider': provider,
    'spec.analysis.match': [{ [part]: { 'x-who': { regex: '((' } } }],
  });
  const service = (provider: string, more: object) => ({
    'spec.provider': provider,
    'spec.routeRef': undefined,
    'spec.service': { port: 80, gatewayRefs: [{ name: 'lab' }], ...more },
  });
  const rows: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['apisix', audience('apisix', 'headers'), 'spec.analysis.match[0].headers.x-who.regex'],
    ['apisix, parameters', audience('apisix', 'queryParams'), 'spec.analysis.match[0].queryParams.x-who.regex'],
    ['contour', audience('contour', 'headers'), 'spec.analysis.match[0].headers.x-who.regex'],
    ['istio', audience('istio', 'headers'), 'spec.analysis.match[0].headers.x-who.regex'],
    [
      'gatewayapi',
      { ...service('gatewayapi:v1', {}), ...audience('gatewayapi:v1', 'headers') },
      'spec.analysis.match[0].headers.x-who.regex',
    ],
    [
      'nginx',
      {
        ...audience('nginx', 'headers'),
        'spec.ingressRef': { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'a' },
      },
      'spec.analysis.match[0].headers.x-who.regex',
    ],
    ['istio, the path', service('istio', { match: [{ uri: { regex: '((' } }] }), 'spec.service.match[0].uri.regex'],
    [
      'istio, looking ahead',
      service('istio', { match: [{ uri: { regex: '(?=a)' } }] }),
      'spec.service.match[0].uri.regex',
    ],
    [
      'istio, headers that must not be',
      service('istio', { match: [{ withoutHeaders: { a: { regex: '[' } } }] }),
      'spec.service.match[0].withoutHeaders.a.regex',
    ],
    [
      'istio, origins',
      service('istio', { corsPolicy: { allowOrigins: [{ regex: '*' }] } }),
      'spec.service.corsPolicy.allowOrigins[0].regex',
    ],
    [
      'gatewayapi, the path',
      service('gatewayapi:v1', { match: [{ uri: { regex: '((' } }] }),
      'spec.service.match[0].uri.regex',
    ],
  ];
  for (const [name, edits, field] of rows) {
    test(name, () => {
      const parsed = parseCanary(canaryWith(edits), OPTIONS);
      assert.ok(!parsed.ok, 'it is taken');
      assert.equal(parsed.refusal.field, field);
      assert.match(parsed.refusal.remedy, /^as a regular expression it can't be read: it has a /);
    });
  }

  test('and no other', () => {
    const fine: readonly Record<string, unknown>[] = [
      service('istio', { match: [{ uri: { regex: '/api/v[0-9]+/.*' }, sourceLabels: { regex: '((' } }] }),
      service('istio', { match: [{ headers: { regex: { exact: '((' } } }] }),
      service('gatewayapi:v1', { match: [{ uri: { regex: '(?=a).*' } }] }),
      // It has no use for it, which a Warning says.
      { 'spec.service.match': [{ uri: { regex: '((' } }] },
      { 'spec.analysis.match': [{ headers: { a: { regex: '^(?!bot).*$' } } }] },
    ];
    for (const edits of fine) {
      const parsed = parseCanary(canaryWith(edits), OPTIONS);
      assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.refusal.field} ${parsed.refusal.remedy}`);
    }
  });
});
