import type { Versions } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';

/** `1.0.0 → 2.0.0`; one version alone where no other is known. */
export function VersionsText({ versions: { from, to } }: { readonly versions: Versions }) {
  const { t } = useLanguage();
  if (from === undefined || to === undefined) {
    const only = to ?? from;
    return only === undefined ? null : <span className="version">{only}</span>;
  }
  return (
    <span className="version" title={`${from} → ${to}`}>
      {from} <span aria-hidden="true">→</span>
      <span className="visually-hidden">{t.release.to}</span> <b>{to}</b>
    </span>
  );
}
