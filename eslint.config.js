import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const typed = ['**/*.ts']
const ambient = (names, message) => names.map((name) => ({ name, message }))

export default defineConfig(
  globalIgnores(['coverage/', 'data/', 'logs/']),
  // A rule is changed here, with its reason, or obeyed.
  { linterOptions: { noInlineConfig: true } },
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // Spreading a string means its code points.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Ids and tokens are typed by a parameter that no argument mentions.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An adapter in memory implements an asynchronous port and has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: typed,
    ignores: ['bootstrap/demo/**', 'tests/**'],
    rules: { 'no-console': 'error' },
  },
  {
    // Globals need no import, so dependency-cruiser cannot see them.
    files: ['domain/**/*.ts', 'application/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...ambient(['process', 'fetch'], 'Reach the world through a port.'),
        ...ambient(['setTimeout', 'setInterval', 'setImmediate', 'performance'], 'Time comes through a port.'),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is passed in.' },
        { object: 'Math', property: 'random', message: 'Randomness is passed in.' },
        // Not `crypto` as a whole: a digest draws no randomness.
        { object: 'crypto', property: 'getRandomValues', message: 'Randomness is passed in.' },
        { object: 'crypto', property: 'randomUUID', message: 'Randomness is passed in.' },
      ],
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // chai: `expect(flag).to.be.true`
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
)
