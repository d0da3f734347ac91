import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileExpression } from '../../lab/gateway/routing/expression.js';
import { requestFacts } from '../../lab/gateway/routing/request-facts.js';

const facts = requestFacts('GET', '/shop/cart?user=42&beta=yes', 'shop.example.org:80', {
  'user-agent': 'Mozilla/5.0 Firefox',
  cookie: 'theme=dark; canary=always',
});

type Subject = [scope: string, name: string];

function holds([scope, name]: Subject, op: string, value?: string | string[]): boolean {
  const operand = Array.isArray(value) ? { set: value } : { value };
  return compileExpression({ subject: { scope, name }, op, ...operand })(facts);
}

describe('expressions of a route', () => {
  const cases: [boolean, Subject, string, string | string[]][] = [
    [true, ['Header', 'User-Agent'], 'RegexMatch', 'Firefox$'],
    [false, ['Header', 'User-Agent'], 'RegexMatch', 'firefox'],
    [true, ['Header', 'User-Agent'], 'RegexMatchCaseInsensitive', 'firefox'],
    [false, ['Header', 'User-Agent'], 'RegexNotMatchCaseInsensitive', 'firefox'],
    [true, ['Header', 'X-Absent'], 'RegexNotMatch', '.*'],
    [true, ['Header', 'X-Absent'], 'NotEqual', 'anything'],
    [false, ['Header', 'X-Absent'], 'Equal', ''],
    [true, ['Cookie', 'canary'], 'Equal', 'always'],
    [false, ['Cookie', 'canary'], 'In', ['never', 'seldom']],
    [true, ['Cookie', 'canary'], 'NotIn', ['never', 'seldom']],
    [true, ['Cookie', 'absent'], 'NotIn', ['never']],
    [true, ['Query', 'user'], 'GreaterThan', '9'],
    [false, ['Query', 'user'], 'LessThan', '42'],
    [true, ['Query', 'user'], 'LessThanEqual', '42'],
    [false, ['Query', 'absent'], 'LessThan', '42'],
    [true, ['Path', ''], 'Equal', '/shop/cart'],
    [true, ['Variable', 'arg_beta'], 'Equal', 'yes'],
    [true, ['Variable', 'http_user_agent'], 'RegexMatch', '^Mozilla'],
    [true, ['Variable', 'host'], 'Equal', 'shop.example.org'],
  ];
  for (const [expected, subject, op, value] of cases) {
    it(`${subject.join(' ')} ${op} ${String(value)} is ${expected}`, () => {
      assert.equal(holds(subject, op, value), expected);
    });
  }

  it('refuses what it does not know, instead of letting it match', () => {
    assert.throws(() => holds(['Body', 'x'], 'Equal', '1'), /unknown scope "Body"/);
    assert.throws(() => holds(['Header', 'x'], 'Like', '1'), /unknown operator "Like"/);
    assert.throws(() => holds(['Header', 'x'], 'In', '1'), /needs a "set"/);
    assert.throws(() => holds(['Variable', 'upstream_addr'], 'Equal', '1'), /no variable "upstream_addr"/);
  });
});
