import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseTemplate, TemplateError, type Constants } from '../../src/metrics/gotemplate/template.js';

const CONSTANTS: Constants = {
  name: 'podinfo',
  namespace: 'test',
  interval: '1m',
  variables: new Map([
    ['key', 'v1'],
    ['b', '2'],
    ['empty', ''],
  ]),
};

function render(text: string): string {
  return parseTemplate(text, Object.keys(CONSTANTS)).render(CONSTANTS);
}

/** What Go's text/template makes of them. */
const RENDERED: Readonly<Record<string, readonly (readonly [template: string, text: string])[]>> = {
  'text and actions': [
    ['', ''],
    ['plain', 'plain'],
    ['a {{ name }} b', 'a podinfo b'],
    ['{{name}}{{namespace}}', 'podinfotest'],
    ['{{\nname\n}}', 'podinfo'],
    ['{{ name }}}}', 'podinfo}}'],
    ['{{ name }}{', 'podinfo{'],
    ['{ name }}', '{ name }}'],
    ['}}', '}}'],
    ['{{ print "{{ }}" }}', '{{ }}'],
  ],
  'trim markers and comments': [
    ['a  {{- name -}}  b', 'apodinfob'],
    ['a \n\t{{- name }} \n b', 'apodinfo \n b'],
    ['{{ name -}}\n\n b', 'podinfob'],
    ['{{- 3 -}}', '3'],
    ['{{-3}}', '-3'],
    ['a{{/* comment */}}b', 'ab'],
    ['a {{- /* c */ -}} b', 'ab'],
    ['{{/* c }} */}}x', 'x'],
  ],
  literals: [
    ['{{ 5 }} {{ -5 }} {{ +5 }} {{ 0x1F }}', '5 -5 5 31'],
    ['{{ 5.0 }} {{ .5 }} {{ 5. }} {{ 1e3 }} {{ 1e21 }} {{ 1.5e-7 }}', '5 0.5 5 1000 1e+21 1.5e-07'],
    ['{{ 9223372036854775807 }}', '9223372036854775807'],
    ['{{ "a\\"b\\n\\t\\\\" }}', 'a"b\n\t\\'],
    ['{{ "\\u00e9\\x41\\101" }}', 'éAA'],
    ['{{ `raw \\n "x"` }}', 'raw \\n "x"'],
    ['{{ true }}{{ false }}', 'truefalse'],
  ],
  'fields and variables': [
    ['{{ variables.key }}', 'v1'],
    ['{{ (variables).key }}', 'v1'],
    ['{{ variables }}', 'map[b:2 empty: key:v1]'],
    ['{{ index variables "key" }}|{{ index variables "nope" }}', 'v1|'],
    ['{{ $x := 5 }}{{ $x }}', '5'],
    ['{{ $x := 5 }}{{ $x = 6 }}{{ $x }}', '6'],
    ['{{ $x := variables }}{{ $x.key }}', 'v1'],
    ['{{$x:=5}}{{$x =6}}{{$x}}', '6'],
    ['{{ . }}{{ $ }}', '<no value><no value>'],
  ],
  pipelines: [
    ['{{ name | printf "%s-%s" namespace }}', 'test-podinfo'],
    ['{{name|printf "%q"}}', '"podinfo"'],
    ['{{ printf "%s" (print name (print namespace)) }}', 'podinfotest'],
    ['{{ printf "%s" variables.key | printf "%q" }}', '"v1"'],
    ['{{ variables.key | len }}', '2'],
    ['{{ 1 | print | print }}', '1'],
  ],
  branches: [
    ['{{ if true }}a{{ end }}', 'a'],
    ['{{ if false }}a{{ else }}b{{ end }}', 'b'],
    ['{{ if false }}a{{ else if true }}b{{ else }}c{{ end }}', 'b'],
    ['{{ if false }}a{{ else if false }}b{{ else }}c{{ end }}d', 'cd'],
    ['{{ if 0 }}a{{ end }}{{ if 0.0 }}b{{ end }}{{ if "" }}c{{ end }}{{ if variables }}d{{ end }}', 'd'],
    ['{{ if $x := name }}{{ $x }}{{ else }}{{ $x }}{{ end }}', 'podinfo'],
    ['{{ if true }}{{ if false }}{{ else }}x{{ end }}y{{ end }}z', 'xyz'],
    ['{{ with name }}{{ . }}{{ end }}', 'podinfo'],
    ['{{ with variables }}{{ .key }}{{ end }}', 'v1'],
    ['{{ with $v := variables }}{{ $v.key }}{{ end }}', 'v1'],
    ['{{ with "" }}a{{ else with name }}{{ . }}{{ end }}', 'podinfo'],
    ['{{ $x := 1 }}{{ with 2 }}{{ $x = 3 }}{{ end }}{{ $x }}', '3'],
    ['{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}', '21'],
    ['{{ if and (eq name "podinfo") (not false) }}yes{{ end }}', 'yes'],
  ],
  functions: [
    ['{{ eq name "podinfo" }} {{ eq name "a" "podinfo" }} {{ eq name nil }} {{ eq nil nil }}', 'true true false true'],
    ['{{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1 2 }} {{ ge 2 2 }}', 'true true true false true'],
    ['{{ lt "a" "b" }} {{ lt 1.5 2.5 }} {{ gt "ä" "z" }}', 'true true true'],
    ['{{ and 1 0 2 }}|{{ and 1 2 }}|{{ or 0 "" }}|{{ or 0 3 4 }}|{{ 0 | or 0 }}', '0|2||3|0'],
    ['{{ or true variables.nope }}{{ and false variables.nope }}', 'truefalse'],
    ['{{ not true }}{{ not 0 }}', 'falsetrue'],
    ['{{ len name }} {{ len variables }} {{ len "äö" }}', '7 3 4'],
    ['{{ print 1 2 "a" 3 4 true false nil }}|{{ print }}', '1 2a3 4 true false <nil>|'],
    ['{{ println name 1 }}', 'podinfo 1\n'],
  ],
  printf: [
    ['{{ printf "%5s|%-5s|%05s|%.1s" "ab" "ab" "ab" "äb" }}', '   ab|ab   |000ab|ä'],
    ['{{ printf "%5d|%-5d|%05d|%+d|% d|%.3d|%05.3d" 42 42 42 42 42 7 7 }}', '   42|42   |00042|+42| 42|007|  007'],
    [
      '{{ printf "%.2f|%8.3f|%-8.2f|%08.2f|%f|%+.1f|% .1f" 3.14159 2.5 2.5 -2.5 1.5 1.0 1.0 }}',
      '3.14|   2.500|2.50    |-0002.50|1.500000|+1.0| 1.0',
    ],
    ['{{ printf "%v %v %v %v %v %v" 1 1.5 true "x" 1e6 nil }}', '1 1.5 true x 1e+06 <nil>'],
    ['{{ printf "%v %5v|%-9v|%+v" variables true name 5 }}', 'map[b:2 empty: key:v1]  true|podinfo  |5'],
    ['{{ printf "%q|%-10q|%.1q" "a\\u200bb\\x00é\\"" name "äb" }}', '"a\\u200bb\\x00é\\""|"podinfo" |"ä"'],
    ['{{ printf "%t|%5t|%d%%" true true 5 }}', 'true| true|5%'],
  ],
};

/** Where they go wrong, and how it is reported. */
const ERRORS: readonly (readonly [template: string, message: string])[] = [
  ['{{ foo }}', 'line 1, column 4: function "foo" not defined'],
  ['up{\n  app="{{ nmae }}"}', 'line 2, column 11: function "nmae" not defined'],
  ['{{ variables.nope }}', 'line 1, column 13: map has no entry for key "nope"'],
  ['{{ with variables }}{{ .nope }}{{ end }}', 'line 1, column 24: map has no entry for key "nope"'],
  [
    '{{ .namespace }}',
    'line 1, column 4: nil data; no entry for key "namespace": write {{ namespace }} without the dot',
  ],
  ['{{ .foo }}', 'line 1, column 4: nil data; no entry for key "foo"'],
  ['{{ name.foo }}', "line 1, column 8: can't evaluate field foo in type string"],
  ['{{ 5.foo }}', 'line 1, column 4: bad number syntax: "5.foo"'],
  ['{{ "a".foo }}', 'line 1, column 7: unexpected .foo: a literal has no fields'],
  ['{{ $x }}', 'line 1, column 4: undefined variable "$x"'],
  ['{{ if true }}{{ $y := 1 }}{{ end }}{{ $y }}', 'line 1, column 39: undefined variable "$y"'],
  ['{{ if false }}{{ $y := 1 }}{{ else }}{{ $y }}{{ end }}', 'line 1, column 41: undefined variable "$y"'],
  ['{{', 'line 1, column 1: this action has no end: expected "}}"'],
  ['a {{ name', 'line 1, column 3: this action has no end: expected "}}"'],
  ['{{ name }', 'line 1, column 9: unexpected "}": expected a function, a value or "}}"'],
  ['{{ }}', 'line 1, column 4: missing value for {{ }}: unexpected "}}"'],
  ['{{ if }}a{{ end }}', 'line 1, column 7: missing value for {{if}}: unexpected "}}"'],
  ['{{ ( name }}', 'line 1, column 11: unexpected "}}": expected ")"'],
  ['{{ name ) }}', 'line 1, column 9: unexpected ")": expected "}}"'],
  ['{{ | name }}', 'line 1, column 4: missing value for {{ }}: unexpected "|"'],
  ['{{ name | }}', 'line 1, column 11: missing value for {{ }}: unexpected "}}"'],
  ['{{ name | 5 }}', 'line 1, column 11: only a function can take what comes through "|"'],
  ['{{ 5 5 }}', "line 1, column 4: can't give arguments to what isn't a function"],
  ['{{ "a""b" }}', 'line 1, column 7: expected a space before this'],
  ['{{ printf("%s") name }}', 'line 1, column 10: expected a space before this'],
  ['{{ nil }}', 'line 1, column 4: nil is not a command'],
  ['{{ name name }}', 'line 1, column 4: wrong number of arguments for name: want 0, got 1'],
  ['{{ 1 | name }}', 'line 1, column 8: wrong number of arguments for name: want 0, got 1'],
  ['{{ not }}', 'line 1, column 4: wrong number of arguments for not: want 1, got 0'],
  ['{{ eq 1 }}', 'line 1, column 4: wrong number of arguments for eq: want at least 2, got 1'],
  ['{{ "open }}', 'line 1, column 4: this text has no end: expected another "'],
  ['{{ `open }}', 'line 1, column 4: this text has no end: expected another `'],
  ['{{ "\\." }}', 'line 1, column 4: this text has an unknown escape: write \\\\ for a backslash'],
  ['{{ 1_000 }}', 'line 1, column 4: bad number syntax: "1_000"'],
  ['{{ 9223372036854775808 }}', 'line 1, column 4: bad number syntax: "9223372036854775808"'],
  ['{{ 017 }}', 'line 1, column 4: bad number syntax: "017"'],
  ['{{/* c }}', 'line 1, column 3: this comment has no end: expected "*/" and "}}" right behind it'],
  ['{{/* c */ }}', 'line 1, column 3: this comment has no end: expected "*/" and "}}" right behind it'],
  ['{{ if true }}a', 'line 1, column 15: unexpected end of the text: expected {{end}} for the {{if}} on line 1'],
  ['{{ if true }}a{{ else }}b{{ else }}c{{ end }}', 'line 1, column 26: expected {{end}} for the {{if}} on line 1'],
  ['{{ end }}', 'line 1, column 1: unexpected {{end}}: there is no {{if}} or {{with}} before it'],
  ['a{{ else }}', 'line 1, column 2: unexpected {{else}}: there is no {{if}} or {{with}} before it'],
  ['{{ with name }}{{ else if true }}{{ end }}', 'line 1, column 24: unexpected if: expected "}}"'],
  ['{{ range variables }}{{ . }}{{ end }}', 'line 1, column 4: {{range}} is not supported in queries'],
  ['{{ eq 1 1.0 }}', 'line 1, column 4: eq: incompatible types for comparison: int and float64'],
  ['{{ lt true false }}', 'line 1, column 4: lt: bool and bool have no order'],
  ['{{ len 5 }}', 'line 1, column 4: len: len of type int'],
  ['{{ index nil }}', 'line 1, column 4: index: index of untyped nil'],
  ['{{ index name 1 }}', "line 1, column 4: index: can't index item of type string"],
  ['{{ printf 1 }}', 'line 1, column 4: printf: expected a format, which is a string, got int'],
  ['{{ printf "%d" "x" }}', 'line 1, column 4: printf: %d wants a whole number, got string'],
  ['{{ printf "%5.1f" 1 }}', 'line 1, column 4: printf: %5.1f wants a number with a point, such as 5.0, got int'],
  ['{{ printf "%s" }}', 'line 1, column 4: printf: there is no value for %s'],
  ['{{ printf "x" 1 }}', 'line 1, column 4: printf: 1 values are given, and 0 are used'],
  ['{{ printf "%x" name }}', 'line 1, column 4: printf: %x is not supported: use one of %s %v %d %f %q %t %%'],
  ['{{ printf "%9999d" 1 }}', 'line 1, column 4: printf: %9999d is wider than 1000'],
];

describe('query templates render as in Go', () => {
  for (const [what, cases] of Object.entries(RENDERED)) {
    for (const [template, text] of cases) {
      test(`${what}: ${JSON.stringify(template)}`, () => assert.equal(render(template), text));
    }
  }
});

describe('query templates: errors name the place and what was expected', () => {
  for (const [template, message] of ERRORS) {
    test(JSON.stringify(template), () => {
      assert.throws(
        () => render(template),
        (error: Error) => {
          assert.ok(error instanceof TemplateError);
          assert.equal(error.message, message);
          return true;
        },
      );
    });
  }

  test('parsing alone finds what needs no values', () => {
    assert.throws(() => parseTemplate('{{ foo }}', ['name']), TemplateError);
    assert.doesNotThrow(() => parseTemplate('{{ variables.anything }}', ['variables']));
  });

  test('nothing of an object is reached but what was given', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'process']) {
      assert.throws(() => render(`{{ ${name} }}`), { message: `line 1, column 4: function "${name}" not defined` });
      assert.throws(() => render(`{{ variables.${name} }}`), TemplateError);
      assert.equal(render(`{{ index variables "${name}" }}`), '');
    }
  });
});

/** Texts made of what templates are made of. */
const fragments = fc
  .array(
    fc.constantFrom(
      ...['{{', '}}', '{{-', '-}}', ' ', '\n', '(', ')', '|', ':=', '=', '.', '$x', '"', '`', '\\', '/*', '*/', '%d'],
      ...['name', 'variables', '.key', 'if', 'else', 'end', 'with', 'printf', 'eq', 'and', 'index', '5', '-1.5', 'é'],
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('query templates: properties', () => {
  test('text without actions stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('{{'));
        assert.equal(render(text), text);
      }),
    );
  });

  test('any text can be written as a literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const quoted = render(`{{ printf "%q" ${JSON.stringify(text).replaceAll('\\/', '/')} }}`);
        assert.equal(render(`{{ ${quoted} }}`), text);
      }),
    );
  });

  test('trim markers take the space around an action, and nothing else', () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r') });
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(word, space, space, word, (before, left, right, after) => {
        assert.equal(render(`${before}${left}{{- name -}}${right}${after}`), `${before}podinfo${after}`);
        assert.equal(render(`${before}${left}{{ name }}${right}${after}`), `${before}${left}podinfo${right}${after}`);
      }),
    );
  });

  test('integers and floats print as Go prints them', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        assert.equal(render(`{{ ${value} }}`), String(value));
        assert.equal(render(`{{ printf "%d" ${value} }}`), String(value));
      }),
    );
    const float = fc.double({ min: -1e5, max: 1e5, noNaN: true }).filter((value) => Math.abs(value) >= 1e-4);
    fc.assert(
      fc.property(float, (value) => {
        const literal = Number.isInteger(value) ? value.toFixed(1) : String(value);
        assert.equal(render(`{{ ${literal} }}`), String(value));
      }),
    );
  });

  test('whatever is written renders to a text or is a template error', () => {
    fc.assert(
      fc.property(fragments, (text) => {
        try {
          assert.equal(typeof render(text), 'string');
        } catch (error) {
          assert.ok(error instanceof TemplateError, String(error));
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('neither depth, nor growth, nor length does harm', () => {
    const deep = (depth: number) => `{{ ${'('.repeat(depth)}name${')'.repeat(depth)} }}`;
    assert.equal(render(deep(100)), 'podinfo');
    assert.throws(() => render(deep(101)), { message: 'line 1, column 104: nested more than 100 deep' });
    assert.throws(() => render('{{ if true }}'.repeat(1_000)), /nested more than 100 deep/);
    assert.throws(() => render('{{ if true }}'.repeat(10_000)), /the template has more than 32768 characters/);
    const doubling = `{{ $x := name }}${'{{ $x = print $x $x }}'.repeat(60)}{{ $x }}`;
    assert.throws(() => render(doubling), /the text grows beyond 100000 characters/);
    const many = `{{ $x := printf "%1000s" name }}${'{{ $x }}'.repeat(1_000)}`;
    assert.throws(() => render(many), /the text grows beyond 100000 characters/);
    assert.equal(render(`${' '.repeat(30_000)}{{- name }}`), 'podinfo');
  });
});
