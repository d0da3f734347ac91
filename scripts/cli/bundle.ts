// The command line as one file: what people type starts in a moment, since nothing has to be looked up in node_modules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** In the folder of the build. */
export const FILE = 'serinus.js';

/** What both bundles of the command line are made with. */
export function bundling(): BuildOptions {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Lines and names stay: a mistake is told by its place.
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    define: { SERINUS_VERSION: JSON.stringify(version) },
  };
}

/** Parts of libraries that the command line has no use for: it takes JSON over HTTP, and says in English what is wrong. */
export const UNUSED: Plugin = {
  name: 'unused parts of libraries',
  setup(plugin) {
    plugin.onLoad({ filter: /axios\/lib\/adapters\/fetch\.js$/ }, () => ({
      contents: 'export const getFetch = () => undefined; export default undefined;',
    }));
    plugin.onLoad({ filter: /form-data\/lib\/form_data\.js$/ }, () => ({
      contents: 'module.exports = class FormData {};',
    }));
    plugin.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** Everything else is there as compiled modules, beside the file. */
const BESIDE: Plugin = {
  name: 'modules beside the file',
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\/main\.js$/ }, () => ({ path: './src/cli/main.js', external: true }));
  },
};

/** @param folder of the build, with the compiled modules in `src` */
export async function bundleCommandLine(folder: string): Promise<void> {
  await build({
    ...bundling(),
    entryPoints: ['src/cli/quick.ts'],
    outfile: join(folder, FILE),
    format: 'esm',
    banner: {
      js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
    },
    plugins: [UNUSED, BESIDE],
  });
}
