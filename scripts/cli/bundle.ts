// The command line as one file, and the servers as few: they start in a moment, since little has to be looked up in
// node_modules.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
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
    // Lines and names stay: errors are found by their place.
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    define: { SERINUS_VERSION: JSON.stringify(version) },
  };
}

/** zod's messages in one language of its forty. */
const IN_ENGLISH: Plugin = {
  name: 'messages in English',
  setup(plugin) {
    plugin.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** Parts of libraries that what people type has no use for: it takes JSON over HTTP, and says in English what is wrong. */
const WITHOUT_UNUSED: Plugin = {
  name: 'unused parts of libraries',
  setup(plugin) {
    plugin.onLoad({ filter: /axios\/lib\/adapters\/fetch\.js$/ }, () => ({
      contents: 'export const getFetch = () => undefined; export default undefined;',
    }));
    plugin.onLoad({ filter: /form-data\/lib\/form_data\.js$/ }, () => ({
      contents: 'module.exports = class FormData {};',
    }));
  },
};

/** How what people type is made smaller. */
export const SMALL: readonly Plugin[] = [WITHOUT_UNUSED, IN_ENGLISH];

/** What is not one of these is loaded from the servers' folder, beside the file. */
const BESIDE: Plugin = {
  name: 'modules beside the file',
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\/main\.js$/ }, () => ({ path: `./${SERVERS}/main.js`, external: true }));
  },
};

const REQUIRING = {
  js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
};

/** @param folder of the build */
export async function bundleCommandLine(folder: string): Promise<void> {
  await build({
    ...bundling(),
    entryPoints: ['src/cli/quick.ts'],
    outfile: join(folder, FILE),
    format: 'esm',
    banner: REQUIRING,
    plugins: [...SMALL, BESIDE],
  });
}

/** In the folder of the build: the whole command line, servers and all. */
const SERVERS = 'server';

/**
 * Stay packages of their own: they have native parts, start threads or look for files beside themselves, patch other
 * modules, or are loaded by few and only when asked for.
 */
const PACKAGES = [
  '@temporalio/*',
  'libsql',
  'pg',
  '@aws-sdk/*',
  'google-auth-library',
  '@opentelemetry/*',
  '@fastify/swagger-ui',
  'pino',
];

/** Where a module is, for whoever looks up something beside it: as if each were compiled by itself, in `src`. */
const PLACES: Plugin = {
  name: 'places of modules',
  setup(plugin) {
    plugin.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const place = relative(root, path).replaceAll('\\', '/').replace(/\.ts$/, '.js');
      const text = await readFile(path, 'utf8');
      const here = `new URL('../${place}', import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', here), loader: 'ts' };
    });
  },
};

/**
 * The servers in few files: 40% of the processor time of a start went into finding and reading the modules one by one.
 *
 * @param folder of the build
 * @returns the command line's main module
 */
export async function bundleServers(folder: string): Promise<string> {
  const outdir = join(folder, SERVERS);
  const { define: _version, ...options } = bundling();
  await build({
    ...options,
    entryPoints: ['src/cli/main.ts'],
    outdir,
    format: 'esm',
    splitting: true,
    sourcemap: true,
    sourcesContent: false,
    external: PACKAGES,
    banner: REQUIRING,
    plugins: [IN_ENGLISH, PLACES],
  });
  return join(outdir, 'main.js');
}
