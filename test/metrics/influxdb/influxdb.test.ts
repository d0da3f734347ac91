import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { NoValuesFound, ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Answer } from '../../harness/http/server.js';
import { csv, influxdb, table } from './vendor.js';
import { provider } from '../template.js';

testProviderContract(influxdb);

async function asking(t: TestContext, answer: Answer) {
  const { url, asked } = await serveVendor(t, () => answer);
  return { asked, opened: createProvider({ provider: provider(url, { type: 'influxdb' }) }) };
}

describe('influxdb', () => {
  test('without a Secret neither token nor organisation is sent', async (t) => {
    const { asked, opened } = await asking(t, table('double', '1'));
    await opened.query('from(bucket: "x")', never);
    assert.equal(asked[0]?.method, 'POST');
    assert.equal(`${asked[0].url.pathname}${asked[0].url.search}`, '/api/v2/query');
    assert.equal(asked[0].headers.authorization, undefined);
    assert.deepEqual(JSON.parse(asked[0].body), {
      query: 'from(bucket: "x")',
      type: 'flux',
      dialect: { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] },
    });
  });

  const values: readonly (readonly [string, Answer, number])[] = [
    ['a whole number', table('long', '7'), 7],
    ['an unsigned one', table('unsignedLong', '7'), 7],
    ['plus infinity', table('double', '+Inf'), Infinity],
    [
      'of several tables the first with a record',
      csv(...lines(table('double')), '', ...lines(table('double', '4'))),
      4,
    ],
    [
      'tables without an empty line between them',
      csv(
        '#datatype,string,long,double',
        '#default,_result,,',
        ',result,table,_value',
        '#datatype,string,long,double',
        '#default,_result,,',
        ',result,table,_value',
        ',,0,4',
      ),
      4,
    ],
    [
      'the column’s default',
      csv('#datatype,string,long,double', '#default,_result,,2.5', ',result,table,_value', ',,0,'),
      2.5,
    ],
    [
      'line breaks and commas in quotes',
      csv('#datatype,string,long,string,double', ',result,table,note,_value', ',,0,"a,', '""b""",3'),
      3,
    ],
    [
      'a column that happens to be named error',
      csv('#datatype,string,long,string,double', ',result,table,error,_value', ',,0,none,3'),
      3,
    ],
    ['lines that end in LF', { ...table('double', '9'), body: table('double', '9').body.replaceAll('\r', '') }, 9],
  ];
  for (const [what, answer, expected] of values) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      assert.equal(await opened.query('x', never), expected);
    });
  }

  const errors: readonly (readonly [string, Answer, new (...args: never[]) => Error, RegExp])[] = [
    ['no records', table('double'), NoValuesFound, /^no values found$/],
    ['null', table('double', ''), NoValuesFound, /^no values found$/],
    ['a text', table('string', 'many'), QueryRefused, /^query returned a string, not a number: use toFloat\(\)$/],
    ['a boolean', table('boolean', 'true'), QueryRefused, /^query returned a boolean, not a number/],
    [
      'no value column',
      csv('#datatype,string,long,double', ',result,table,mean', ',,0,3'),
      QueryRefused,
      /^query returned a record without _value$/,
    ],
    [
      'an error on the way',
      csv(
        '#datatype,string,string',
        '#group,true,true',
        '#default,,',
        ',error,reference',
        ',"Failed to parse, query",897',
      ),
      QueryRefused,
      /^query error: Failed to parse, query$/,
    ],
    ['an error without annotations', csv('error,reference', 'Failed,897'), QueryRefused, /^query error: Failed$/],
    [
      'a bucket that isn’t there',
      json(404, { code: 'not found', message: 'could not find bucket "x"' }),
      QueryRefused,
      /could not find bucket/,
    ],
    ['a path that isn’t there', { status: 404, body: '<html>' }, ProviderError, /Status 404/],
    [
      'a quote without an end',
      csv(',result,table,_value', ',,0,"3'),
      ProviderError,
      /^this is no answer of an InfluxDB/,
    ],
  ];
  for (const [what, answer, kind, message] of errors) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query('x', never), (error: Error) => {
        assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

function lines({ body }: Answer): readonly string[] {
  return body.split('\r\n');
}
