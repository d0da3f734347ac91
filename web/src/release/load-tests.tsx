import type { Line } from '../api/types.js';
import { measured, number } from '../format/numbers.js';
import { Said, useLanguage } from '../i18n/language.js';
import { entriesOf } from './record.js';

/** Results of the load tests that Serinus has run for the release. */
export function LoadTests({ record }: { readonly record: readonly Line[] }) {
  const { t, locale } = useLanguage();
  const results = entriesOf(record, 'load-test').reverse();
  if (results.length === 0) return null;
  return (
    <section className="card" aria-labelledby="load-title">
      <h2 id="load-title">{t.load.title}</h2>
      <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="load-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t.load.name}</th>
              {[t.load.requests, t.load.failed, t.load.rate, t.load.p50, t.load.p99].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
              <th scope="col">{t.load.codes}</th>
            </tr>
          </thead>
          <tbody>
            {results.map(({ at, result }, index) => (
              <tr key={`${at} ${index}`}>
                <th scope="row">
                  <Said>{result.name}</Said>
                </th>
                <td className="number">{number(result.requests, locale)}</td>
                <td className="number">{number(result.failed, locale)}</td>
                <td className="number">{number(result.requestsPerSecond, locale)}</td>
                <td className="number">{measured('request-duration', result.p50, locale)}</td>
                <td className="number">{measured('request-duration', result.p99, locale)}</td>
                <td className="nowrap">
                  {Object.entries(result.codes)
                    .map(([code, count]) => `${code}: ${number(count, locale)}`)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
