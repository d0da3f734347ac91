import { Link } from 'wouter';
import type { PastRelease } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';

/** Links from a promotion to the release that has undone it, and back; nothing where there is none, as far as known. */
export function UndoingLinks({ restores, undoneBy }: Pick<PastRelease, 'restores' | 'undoneBy'>) {
  const { t } = useLanguage();
  return (
    <>
      {undoneBy !== undefined && (
        <Link href={`/releases/${encodeURIComponent(undoneBy)}`}>{t.releases.undoneLater}</Link>
      )}
      {restores !== undefined && (
        <Link href={`/releases/${encodeURIComponent(restores)}`}>{t.releases.whatUndone}</Link>
      )}
    </>
  );
}
