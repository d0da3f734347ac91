import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run serinus -- api` answers, for `npm run web`. */
const API = process.env['SERINUS_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    // Scripts and styles are files: the page works under a Content-Security-Policy that allows nothing inline.
    assetsInlineLimit: 0,
    // The first that know light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: false,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/api': API, '/auth': API } },
});
