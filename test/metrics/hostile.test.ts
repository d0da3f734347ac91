import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { messageOf } from '../../src/errors.js';
import { reasonIn } from '../../src/http/answers.js';
import { readJson } from '../../src/metrics/http/answer.js';
import { firstRecord } from '../../src/metrics/influxdb/annotated-csv.js';
import { dividesTheOthers } from '../../src/check/lints/inverted.js';
import { imageName, withoutTrailingSlashes } from '../../src/domain/text.js';
import { redactCommand } from '../../src/loadtest/tasks/redact.js';
import { parseQuantity } from '../../src/metrics/externalmetrics/quantity.js';
import { parseTemplate, TemplateError } from '../../src/metrics/gotemplate/template.js';
import { costOf } from '../harness/cost.js';

const LONG = 250_000;

/** What is quadratic takes minutes for texts such as these. */
function quick(work: () => void): void {
  const took = costOf(work);
  assert.ok(took < 1_000, `${took} ms`);
}

describe('texts that a regular expression could be slow at', () => {
  test('addresses that end in slashes, or nearly so', () => {
    quick(() => assert.equal(withoutTrailingSlashes(`http://a${'/'.repeat(LONG)}`), 'http://a'));
    const nearly = `http://a${'/'.repeat(LONG)}x`;
    quick(() => assert.equal(withoutTrailingSlashes(nearly), nearly));
  });

  test('images', () => {
    quick(() => void imageName(`${':'.repeat(LONG)}/`));
    for (const [image, name] of [
      ['podinfo', 'podinfo'],
      ['podinfo:6.0', 'podinfo'],
      ['registry:5000/shop/cart:6.0@sha256:abc', 'registry:5000/shop/cart'],
      ['registry:5000/shop/cart@sha256:abc', 'registry:5000/shop/cart'],
      ['registry:5000/shop/cart', 'registry:5000/shop/cart'],
    ] as const) {
      assert.equal(imageName(image), name);
    }
  });

  test('queries with quotes that never end', () => {
    quick(() => void dividesTheOthers(`a / ${'"\\'.repeat(LONG / 2)}`));
    assert.equal(dividesTheOthers('sum(a{code!~"5.."}) / sum(a{x="/"})'), '"5.."');
  });

  test('quantities and command lines', () => {
    quick(() => assert.equal(parseQuantity('1'.repeat(LONG)), undefined));
    quick(() => void redactCommand('a'.repeat(LONG)));
    quick(() => void redactCommand('a://'.repeat(LONG / 4)));
    quick(() => void redactCommand(`hey -H ${'"\\'.repeat(LONG / 2)}`));
    assert.equal(redactCommand('hey http://me:key@a/b?c=d'), 'hey http://a/b?***');
  });
});

describe('answers of a server that means harm', () => {
  const MEGABYTES = 2 * 1024 * 1024;

  test('what looks like the beginning of a secret, again and again', () => {
    for (const part of ['secret', 'private_key', 'a', '+a', '1a']) {
      quick(() => void reasonIn(part.repeat(MEGABYTES / part.length)));
      quick(() => void reasonIn(JSON.stringify({ message: part.repeat(MEGABYTES / part.length) })));
    }
  });

  test('more values than anybody asks for who wants one', () => {
    const schema = z.array(z.object({ value: z.tuple([z.number(), z.string()]) }));
    for (const part of ['{}', '[]', '1', '{"value":[1,"1"]}']) {
      const body = `[${Array.from({ length: Math.floor(MEGABYTES / (part.length + 1)) }, () => part).join()}]`;
      quick(() => {
        try {
          readJson(schema, body, { name: 'anybody', secrets: [] });
        } catch (error) {
          assert.match(messageOf(error), /aggregate|no answer of anybody/);
        }
      });
    }
    const few = JSON.stringify(Array.from({ length: 30_000 }, () => ({ value: [1, '1'] })));
    assert.equal(readJson(schema, few, { name: 'anybody', secrets: [] }).length, 30_000);
  });

  test('tables of nothing but annotations, and quotes without an end', () => {
    quick(() => void firstRecord('#a\n'.repeat(MEGABYTES / 3)));
    quick(() => void firstRecord(`"${'""'.repeat(MEGABYTES / 2)}`));
    quick(() => void firstRecord(`"${'a'.repeat(MEGABYTES)}"`));
  });
});

describe('templates that grow', () => {
  const refused = (text: string, problem: RegExp): void => {
    quick(() =>
      assert.throws(
        () => parseTemplate(text, ['target']).render({ target: 'podinfo' }),
        (error) => error instanceof TemplateError && problem.test(error.message),
      ),
    );
  };

  test('by doubling themselves', () => {
    const doubled = `{{ $x := "aaaaaaaaaa" }}${'{{ $x = print $x $x }}'.repeat(40)}`;
    refused(doubled, /grows beyond 100000 characters/);
  });

  const large = `{{ $x := "aaaaaaaaaa" }}${'{{ $x = print $x $x }}'.repeat(13)}`;

  test('in one call', () => {
    refused(`${large}{{ print ${'$x '.repeat(5_000)} }}`, /grows beyond 100000 characters/);
    refused(`${large}{{ println ${'$x '.repeat(5_000)} }}`, /grows beyond 100000 characters/);
    const verbs = '%s'.repeat(3_000);
    refused(`${large}{{ printf "${verbs}" ${'$x '.repeat(3_000)} }}`, /grows beyond 100000 characters/);
  });

  test('in texts that are thrown away', () => {
    refused(`${large}${'{{ $y := printf "%5s" $x }}'.repeat(900)}`, /all texts together grow beyond 1000000/);
  });

  test('before they are read', () => {
    refused('{{ $a := 1 }}'.repeat(5_000), /more than 32768 characters/);
    quick(() => void parseTemplate('{{ $a := 1 }}'.repeat(2_500), []).render({}));
  });
});
