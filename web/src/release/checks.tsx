import { Fragment, useState } from 'react';
import { measured, percent, range } from '../format/numbers.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Status, type Tone } from '../ui/status.js';
import { Clock } from '../ui/time.js';
import { cellOf, columnsOf, lookOf, type MatrixColumn } from './matrix.js';
import type { Judged, Verdict, Window } from './windows.js';

const TONES: Readonly<Record<Verdict, Tone>> = { passed: 'good', failed: 'bad', unknown: 'warn' };
const ICONS: Readonly<Record<Verdict, IconName>> = { passed: 'check', failed: 'cross', unknown: 'warning' };
const SHOWN = 8;

interface Props {
  readonly windows: readonly Window[];
  readonly failed: { readonly count: number; readonly of: number | undefined } | undefined;
}

/** A row a check, a column a metric or webhook; words only where something failed. */
export function Checks({ windows, failed }: Props) {
  const { t } = useLanguage();
  const [all, setAll] = useState(false);
  const columns = columnsOf(windows);
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
        <div className="table-scroll" tabIndex={0} role="group" aria-labelledby="windows-title">
          {/* Stacked on a phone, where a browser would take the roles away with the layout. */}
          <table className="matrix" role="table">
            <caption className="visually-hidden">{t.windows.caption}</caption>
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">
                  {t.windows.time}
                </th>
                <th scope="col" role="columnheader" className="number">
                  {t.windows.at}
                </th>
                <th scope="col" role="columnheader">
                  {t.windows.verdict}
                </th>
                {columns.map((column) => (
                  <th key={`${column.kind} ${column.name}`} scope="col" role="columnheader" className="number">
                    <ColumnHead column={column} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((window, index) => (
                <CheckRows key={`${window.at} ${index}`} window={window} columns={columns} />
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

function ColumnHead({ column }: { readonly column: MatrixColumn }) {
  const { t, locale } = useLanguage();
  const { kind, name } = column;
  const bounds = range(name, column, locale);
  return (
    <>
      <Said>{kind === 'hook' ? t.windows.hook(name) : name}</Said>
      {bounds !== '' && <div className="muted">{bounds}</div>}
    </>
  );
}

interface RowProps {
  readonly window: Window;
  readonly columns: readonly MatrixColumn[];
}

function CheckRows({ window, columns }: RowProps) {
  const { t, locale } = useLanguage();
  const { at, weight, verdict, judged } = window;
  const faults = judged.filter(({ error, verdict: own }) => error !== undefined && own !== 'passed');
  return (
    <Fragment>
      <tr role="row" className={`check check-${verdict} ${faults.length > 0 ? 'check-with-words' : ''}`}>
        <th scope="row" role="rowheader">
          <Clock at={at} />
        </th>
        <td role="cell" className="number">
          {percent(weight, locale)}
        </td>
        <td role="cell">
          <Status tone={TONES[verdict]} icon={ICONS[verdict]}>
            {t.windows[verdict]}
          </Status>
        </td>
        {columns.map((column) => (
          <td key={`${column.kind} ${column.name}`} role="cell" className="number check-value">
            <span className="only-narrow check-name" lang="en" aria-hidden="true">
              {column.kind === 'hook' ? t.windows.hook(column.name) : column.name}
            </span>
            <Value judged={cellOf(window, column)} />
          </td>
        ))}
      </tr>
      {faults.length > 0 && (
        <tr role="row" className="check-words">
          <td role="cell" colSpan={3 + columns.length}>
            {faults.map(({ kind, name, error = '' }) => (
              <p key={`${kind} ${name}`}>
                <Said>{error.replace(/^Halt \S+ advancement /, '')}</Said>
              </p>
            ))}
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Value({ judged }: { readonly judged: Judged | undefined }) {
  const { t, locale } = useLanguage();
  if (!judged) return <span className="muted">–</span>;
  const { kind, name, value, verdict, href } = judged;
  const look = lookOf(judged);
  const text =
    kind === 'metric' && value !== undefined
      ? measured(name, value, locale)
      : kind === 'metric'
        ? t.windows.noValue
        : '';
  const shown = (
    <span className={`value value-${look}`}>
      {(verdict !== 'passed' || kind === 'hook') && <Icon name={ICONS[verdict]} />}
      {text}
      {kind === 'hook' && <span className="visually-hidden">{t.windows[verdict]}</span>}
    </span>
  );
  return href === undefined ? (
    shown
  ) : (
    <a href={href} target="_blank" rel="noreferrer" title={t.windows.query}>
      {shown}
      <span className="visually-hidden">, {t.windows.query}</span>
    </a>
  );
}
