// @ts-check
// The rules of React's compiler, for the web page only: everything else is checked by oxlint, see .oxlintrc.json.
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig({
  files: ['web/src/**/*.{ts,tsx}'],
  languageOptions: { parser: tseslint.parser },
  extends: [reactHooks.configs.flat.recommended],
});
