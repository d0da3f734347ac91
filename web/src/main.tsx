import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem, isPassing } from './api/client.js';
import { App } from './app.js';
import { LanguageProvider } from './i18n/language.js';
import { applyTheme, storedTheme } from './theme.js';
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/fleet.css';
import './styles/release.css';
import './styles/evidence.css';
import './styles/tables.css';
import './styles/print.css';

const RECOVERY_MS = 5_000;

applyTheme(storedTheme());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The API's errors are final; only missing answers are retried.
      retry: (count, error) => !(error instanceof ApiProblem) && count < 2,
      staleTime: 2_000,
      // Failed queries are repeated by themselves, so that no message outlives its reason.
      refetchInterval: ({ state }) => (state.error && isPassing(state.error) ? RECOVERY_MS : false),
    },
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element "root"');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <App />
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
