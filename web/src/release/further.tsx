import type { Live } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { Command } from '../ui/copy.js';
import { Icon } from '../ui/icon.js';

/** Links: Temporal, the metrics of the last check, logs, the command line. */
export function Further({ live }: { readonly live: Live }) {
  const { t } = useLanguage();
  const { namespace, name } = live.canary;
  const { temporal, metrics, logs } = live.links;
  const links = [
    ...(temporal === undefined ? [] : [{ href: temporal, text: t.links.temporal }]),
    ...(metrics ?? []).map(({ metric, href }) => ({ href, text: t.links.metric(metric) })),
    ...(logs === undefined ? [] : [{ href: logs, text: t.links.logs }]),
  ];
  return (
    <section className="card" aria-labelledby="further-title">
      <h2 id="further-title">{t.links.title}</h2>
      {links.length > 0 && (
        <ul className="links">
          {links.map(({ href, text }) => (
            <li key={href}>
              <a href={href} target="_blank" rel="noreferrer">
                {text} <Icon name="outside" />
              </a>
            </li>
          ))}
        </ul>
      )}
      <p className="muted">{t.links.command}</p>
      <Command>{`serinus get ${name} -n ${namespace}`}</Command>
    </section>
  );
}
