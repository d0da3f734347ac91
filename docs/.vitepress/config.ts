import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.js';

/** The pages of docs/ as a site; `npm run docs` builds it. All of it, search too, works without a network. */
export default defineConfig({
  title: 'Serinus',
  description: 'Progressive delivery for Kubernetes on Temporal',
  // Without a server's help: files can be looked at as they are.
  cleanUrls: false,
  cacheDir: fileURLToPath(new URL('../../node_modules/.cache/vitepress', import.meta.url)),
  rewrites: { 'README.md': 'index.md', 'decisions/README.md': 'decisions/index.md' },
  markdown: {
    config: (md) => {
      // Pages are no templates: double braces are shown as they stand.
      for (const rule of ['text', 'code_inline'] as const) {
        const shown = md.renderer.rules[rule];
        md.renderer.rules[rule] = (...args) => (shown?.(...args) ?? '').replaceAll('{{', '&#123;&#123;');
      }
      // A file of the repository is named and not linked: the site is elsewhere.
      md.core.ruler.push('links-to-the-repository', (state) => {
        const { relativePath = '' } = state.env as { readonly relativePath?: string };
        const up = '../'.repeat(relativePath.split('/').length);
        for (const token of state.tokens) {
          let isOutside = false;
          token.children =
            token.children?.filter(({ type, attrs }) => {
              if (type === 'link_open') isOutside = attrs?.some(([, value]) => value.startsWith(up)) === true;
              return !isOutside || (type !== 'link_open' && type !== 'link_close');
            }) ?? null;
        }
      });
    },
  },
  themeConfig: {
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    docFooter: { prev: false, next: false },
  },
});
