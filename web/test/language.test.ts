import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { PROBLEMS } from '../../src/api/problems/catalogue.js';
import { en } from '../src/i18n/en.js';
import { LANGUAGES, localeFor, preferred } from '../src/i18n/language.js';
import { zh } from '../src/i18n/zh.js';
import { ZH_PROBLEMS } from '../src/i18n/zh-problems.js';

const source = fileURLToPath(new URL('../src', import.meta.url));

describe('the language', () => {
  test('is what was chosen, else the browser’s first that there is, else English', () => {
    assert.equal(preferred('zh-CN', ['en']), 'zh-CN');
    assert.equal(preferred('xx', ['fr', 'zh-TW', 'en']), 'zh-CN');
    assert.equal(preferred(null, ['de-DE', 'en-GB']), 'en');
    assert.equal(preferred(null, []), 'en');
  });

  test('writes times and numbers in the browser’s own variety of it', () => {
    assert.equal(localeFor('en', ['de', 'en-GB', 'en-US']), 'en-GB');
    assert.equal(localeFor('zh-CN', ['en-GB']), 'zh-CN');
  });
});

/** All texts with their paths; functions are called with their parameters' positions. */
function textsOf(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = `${path}.${key}`;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String((value as (...args: number[]) => string)(2, 3))]];
    return textsOf(value as object, here);
  });
}

describe('Chinese', () => {
  const chinese = new Map(textsOf(zh));
  /** Without a word, or with words that are the same in both. */
  const SAME = /^[\W\d]*$|^P\d\d$|^Canary$|^webhook /;

  test('has every text, and none of them in English', () => {
    for (const [path, text] of textsOf(en)) {
      const other = chinese.get(path);
      assert.ok(other !== undefined && other !== '', path);
      if (!SAME.test(text)) assert.match(other, /\p{Script=Han}/u, `${path}: ${other} (${text})`);
    }
  });

  test('knows every kind of problem that the API answers with', () => {
    const untold = Object.keys(PROBLEMS).filter((kind) => !(kind in ZH_PROBLEMS));
    assert.deepEqual(untold, [], 'add what they are in Chinese to web/src/i18n/zh-problems.ts');
  });
});

test('no component has a text of its own', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'));
  assert.ok(files.length > 20);
  for (const file of files) {
    const text = readFileSync(join(source, file), 'utf8');
    // Words between tags, which aren't in braces.
    const found = [...text.matchAll(/>\s*([A-Za-z][a-z]+ [a-z ]+[.!?]?)\s*<\//g)].map(([, words]) => words);
    assert.deepEqual(found, [], file);
  }
  assert.deepEqual(Object.keys(LANGUAGES), ['en', 'zh-CN']);
});
