import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { post } from '../api/client.js';
import { useSession } from '../api/session.js';
import type { Session } from '../api/types.js';
import { LANGUAGES, useLanguage, type LanguageName } from '../i18n/language.js';
import { chooseTheme, storedTheme, THEMES, type Theme } from '../theme.js';
import { Icon } from './icon.js';
import { loginPath } from './problem.js';

export function TopBar() {
  const { t } = useLanguage();
  const [path] = useLocation();
  const link = (href: string, text: string, here: boolean) => (
    <Link href={href} aria-current={here ? 'page' : undefined}>
      {text}
    </Link>
  );
  return (
    <header className="top">
      <Link className="brand" href="/">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        <span>Serinus</span>
      </Link>
      <nav aria-label={t.app.nav}>
        {link('/', t.app.fleet, path === '/' || path.startsWith('/canaries'))}
        {link('/releases', t.app.releases, path.startsWith('/releases') || path === '/compare')}
        {link('/check', t.app.check, path === '/check')}
      </nav>
      <div className="top-tools">
        <LanguageChoice />
        <ThemeChoice />
        <Who />
      </div>
    </header>
  );
}

function LanguageChoice() {
  const { t, language, choose } = useLanguage();
  const names = Object.keys(LANGUAGES) as LanguageName[];
  return (
    <select
      className="quiet"
      aria-label={t.app.languageLabel}
      value={language}
      onChange={(event) => {
        const chosen = names.find((name) => name === event.target.value);
        if (chosen) choose(chosen);
      }}
    >
      {names.map((name) => (
        <option key={name} value={name} lang={name}>
          {LANGUAGES[name].language}
        </option>
      ))}
    </select>
  );
}

function ThemeChoice() {
  const { t } = useLanguage();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <select
      className="quiet"
      aria-label={t.app.theme}
      value={theme}
      onChange={(event) => {
        const chosen = THEMES.find((name) => name === event.target.value) ?? 'auto';
        setTheme(chosen);
        chooseTheme(chosen);
      }}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {t.app.themes[name]}
        </option>
      ))}
    </select>
  );
}

function Who() {
  const { t } = useLanguage();
  const session = useSession();
  if (session?.user) return <LoggedIn session={session} name={session.user.name} />;
  if (session?.login === undefined) return null;
  return (
    <a className="button" href={loginPath(session.login)}>
      {t.app.login}
    </a>
  );
}

function LoggedIn({ session, name }: { readonly session: Session; readonly name: string }) {
  const { t } = useLanguage();
  const logout = (): void => {
    void post<{ location: string }>('/auth/logout', { body: {}, csrfToken: session.csrfToken }).then(
      (next) => location.assign(next.location),
      // The session may have ended by itself: the page then says so.
      () => location.assign('/'),
    );
  };
  return (
    <span className="who">
      <span title={t.app.user(name)}>{name}</span>
      {session.mode === 'oidc' && (
        <button type="button" className="button-small" onClick={logout}>
          {t.app.logout}
        </button>
      )}
    </span>
  );
}

/** On every page: there is no login. */
export function DevelopmentBanner() {
  const { t } = useLanguage();
  const session = useSession();
  if (session?.development !== true) return null;
  return (
    <aside className="banner" aria-labelledby="development">
      <Icon name="warning" />
      <span id="development">{t.app.development}</span>
    </aside>
  );
}
