import { Component, lazy, Suspense, useEffect, useRef, type ReactNode } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { FleetPage } from './fleet/page.js';
import { useLanguage } from './i18n/language.js';
import { Loading } from './ui/loading.js';
import { useTitle } from './ui/title.js';
import { DevelopmentBanner, TopBar } from './ui/top-bar.js';

// Pages other than the fleet are loaded on demand.
const CanaryPage = lazy(async () => ({ default: (await import('./release/canary-page.js')).CanaryPage }));
const PastReleasePage = lazy(async () => ({ default: (await import('./release/past-page.js')).PastReleasePage }));
const ReleasesPage = lazy(async () => ({ default: (await import('./releases/page.js')).ReleasesPage }));
const ComparePage = lazy(async () => ({ default: (await import('./releases/compare-page.js')).ComparePage }));
const CheckPage = lazy(async () => ({ default: (await import('./check/page.js')).CheckPage }));

export function App() {
  const { t } = useLanguage();
  return (
    <>
      <a className="skip" href="#content">
        {t.app.skip}
      </a>
      <DevelopmentBanner />
      <TopBar />
      <Content>
        <Switch>
          <Route path="/" component={FleetPage} />
          <Route path="/canaries/:namespace/:name">
            {({ namespace, name }) => <CanaryPage key={`${namespace}/${name}`} namespace={namespace} name={name} />}
          </Route>
          <Route path="/releases" component={ReleasesPage} />
          <Route path="/releases/:id">{({ id }) => <PastReleasePage key={id} id={id} />}</Route>
          <Route path="/compare" component={ComparePage} />
          <Route path="/check" component={CheckPage} />
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Content>
    </>
  );
}

function NotFound() {
  const { t } = useLanguage();
  useTitle(t.app.notFound);
  return (
    <div className="empty">
      <h1>{t.app.notFound}</h1>
      <Link className="button" href="/">
        {t.app.toFleet}
      </Link>
    </div>
  );
}

/** After a change of page the focus is at its beginning, as if the browser had loaded it. */
function Content({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <main id="content" tabIndex={-1} ref={main}>
      <Boundary key={path}>
        <Suspense fallback={<Loading />}>{children}</Suspense>
      </Boundary>
    </main>
  );
}

/** An error on one page leaves the others usable. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useLanguage();
  return (
    <div className="empty" role="alert">
      <p>{t.app.crashed}</p>
      <button type="button" onClick={() => location.reload()}>
        {t.app.reload}
      </button>
    </div>
  );
}
