import { Fragment, useState } from 'react';
import { measured, percent, range } from '../format/numbers.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Status, type Tone } from '../ui/status.js';
import { Clock } from '../ui/time.js';
import type { Judged, Verdict, Window } from './windows.js';

const TONES: Readonly<Record<Verdict, Tone>> = { passed: 'good', failed: 'bad', unknown: 'warn' };
const ICONS: Readonly<Record<Verdict, IconName>> = { passed: 'check', failed: 'cross', unknown: 'warning' };
const SHOWN = 6;

interface Props {
  readonly windows: readonly Window[];
  readonly failed: { readonly count: number; readonly of: number | undefined } | undefined;
}

/** The verdict of each check: what was measured, what was wanted, and what was wrong. */
export function WindowsTable({ windows, failed }: Props) {
  const { t } = useLanguage();
  const [all, setAll] = useState(false);
  const newestFirst = [...windows].reverse();
  const shown = all ? newestFirst : newestFirst.slice(0, SHOWN);
  return (
    <section className="card" aria-labelledby="windows-title">
      <div className="card-head">
        <h2 id="windows-title">{t.windows.title}</h2>
        {failed && failed.count > 0 && <Status tone="warn">{t.windows.halted(failed.count, failed.of)}</Status>}
      </div>
      {windows.length === 0 ? (
        <p className="muted">{t.windows.none}</p>
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-labelledby="windows-title">
          <table>
            <caption className="visually-hidden">{t.windows.caption}</caption>
            <thead>
              <tr>
                <th scope="col">{t.windows.time}</th>
                <th scope="col" className="number">
                  {t.windows.at}
                </th>
                <th scope="col">{t.windows.metric}</th>
                <th scope="col" className="number">
                  {t.windows.value}
                </th>
                <th scope="col" className="only-wide">
                  {t.windows.threshold}
                </th>
                <th scope="col">{t.windows.verdict}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((window, index) => (
                <WindowRows key={`${window.at} ${index}`} window={window} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {windows.length > SHOWN && (
        <button type="button" className="button-small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.windows.fewer : t.windows.all(windows.length)}
        </button>
      )}
    </section>
  );
}

function WindowRows({ window: { at, weight, verdict, judged } }: { readonly window: Window }) {
  const { locale, t } = useLanguage();
  const lines: readonly (Judged | undefined)[] = judged.length === 0 ? [undefined] : judged;
  return lines.map((one, index) => (
    <tr key={index} className={index === 0 ? 'window-first' : undefined}>
      {index === 0 && (
        <>
          <th scope="rowgroup" rowSpan={lines.length} className="window-time">
            <Clock at={at} />
          </th>
          <td rowSpan={lines.length} className="number">
            {percent(weight, locale)}
          </td>
        </>
      )}
      {one ? <JudgedCells judged={one} /> : <td colSpan={3} />}
      {!one && (
        <td>
          <Status tone={TONES[verdict]}>{t.windows[verdict]}</Status>
        </td>
      )}
    </tr>
  ));
}

function JudgedCells({ judged }: { readonly judged: Judged }) {
  const { locale, t } = useLanguage();
  const { kind, name, value, verdict, error, href } = judged;
  return (
    <Fragment>
      <td>
        <Said>{kind === 'hook' ? t.windows.hook(name) : name}</Said>
      </td>
      <td className="number">
        {kind === 'metric' && (value === undefined ? t.windows.noValue : measured(name, value, locale))}
        <div className="only-narrow muted">{range(name, judged, locale)}</div>
      </td>
      <td className="nowrap only-wide">{range(name, judged, locale)}</td>
      <td>
        <Status tone={TONES[verdict]} icon={ICONS[verdict]}>
          {t.windows[verdict]}
        </Status>
        {error !== undefined && (
          <div className="window-error">
            <Said>{error}</Said>
          </div>
        )}
        {href !== undefined && (
          <a href={href} target="_blank" rel="noreferrer">
            {t.windows.query} <Icon name="outside" />
          </a>
        )}
      </td>
    </Fragment>
  );
}
