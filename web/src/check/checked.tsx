import type { CheckedCanary, Finding } from '../api/types.js';
import { measured, range } from '../format/numbers.js';
import { duration } from '../format/times.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status, type Tone } from '../ui/status.js';
import { lineOf } from './line-of.js';

const TONES: Readonly<Record<string, Tone>> = { error: 'bad', warning: 'warn' };

interface Props {
  readonly canary: CheckedCanary;
  readonly manifest: string;
}

/** The result of a check of one Canary. */
export function Checked({ canary, manifest }: Props) {
  const { t, locale } = useLanguage();
  const { namespace, name, findings, best, metrics } = canary;
  return (
    <section className="card">
      <div className="card-head">
        <h2>
          {namespace}/{name}
        </h2>
        {findings.length === 0 ? (
          <Status tone="good">{t.check.fine}</Status>
        ) : (
          <Status tone={TONES[findings[0]?.severity ?? ''] ?? 'calm'}>{t.check.findings(findings.length)}</Status>
        )}
      </div>
      <ul className="findings">
        {findings.map((finding) => (
          <FindingView
            key={`${finding.rule} ${finding.field}`}
            finding={finding}
            line={lineOf(manifest, finding.field)}
          />
        ))}
      </ul>
      {best && (
        <p>
          <span className="strong">{t.check.best}:</span>{' '}
          {t.check.bestText(duration(best.seconds, locale), best.checks)}{' '}
          <span className="muted">
            <Said>{best.explanation}</Said>
          </span>
        </p>
      )}
      {metrics && metrics.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={t.check.live}>
          <table>
            <caption>{t.check.live}</caption>
            <thead>
              <tr>
                <th scope="col">{t.windows.metric}</th>
                <th scope="col" className="number">
                  {t.windows.value}
                </th>
                <th scope="col">{t.windows.threshold}</th>
                <th scope="col">{t.windows.verdict}</th>
              </tr>
            </thead>
            <tbody>
              {metrics.map(({ metric, value, min, max, verdict, reason }) => (
                <tr key={metric}>
                  <th scope="row">{metric}</th>
                  <td className="number">
                    {value === undefined ? t.windows.noValue : measured(metric, value, locale)}
                  </td>
                  <td>
                    {range(metric, { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }, locale)}
                  </td>
                  <td>
                    <Said>{verdict}</Said>
                    {reason !== undefined && (
                      <div className="muted">
                        <Said>{reason}</Said>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function FindingView({ finding, line }: { readonly finding: Finding; readonly line: number | undefined }) {
  const { t } = useLanguage();
  const { severity, field, value, message, remedy, object } = finding;
  return (
    <li>
      <div className="finding-head">
        <Status tone={TONES[severity] ?? 'calm'}>{t.check.severity[severity] ?? severity}</Status>
        <code>{field}</code>
        {value !== undefined && <code className="muted">{String(value)}</code>}
        <span className="muted">
          {object}
          {line !== undefined && `, ${t.check.line(line)}`}
        </span>
      </div>
      <p>
        <Said>{message}</Said>
      </p>
      <p className="muted">
        {t.check.remedy}: <Said>{remedy}</Said>
      </p>
    </li>
  );
}
