import { useEffect, useState } from 'react';
import { useLanguage } from '../i18n/language.js';

const SHOWN_MS = 2_000;

/** A command to be run elsewhere, with a button that copies it where the browser lets a page do that. */
export function Command({ children }: { readonly children: string }) {
  const { t } = useLanguage();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    void navigator.clipboard.writeText(children).then(() => setCopied(true));
  };
  return (
    <div className="command">
      {/* Long commands are scrolled, also by keyboard. */}
      <code tabIndex={0} lang="en">
        {children}
      </code>
      {window.isSecureContext && (
        <button type="button" className="button-small" onClick={copy}>
          <span aria-live="polite">{copied ? t.links.copied : t.links.copy}</span>
        </button>
      )}
    </div>
  );
}
