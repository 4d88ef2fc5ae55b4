// Imports point inward: domain <- application <- adapters <- bootstrap. Tests may import everything.
const shipped = '^(domain|application|adapters|bootstrap)/'
const container = '^node_modules/(inversify|@inversifyjs|reflect-metadata)/'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'domain-imports-domain-only',
      comment: 'No Node built-in, no package, no outer folder.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^domain/' },
    },
    {
      name: 'application-imports-application-and-domain-only',
      comment: 'What a use case needs from the world is a port in application/ports.',
      severity: 'error',
      from: { path: '^application/' },
      to: { pathNot: '^(application|domain)/' },
    },
    {
      name: 'adapters-import-inward',
      comment: 'Besides Node built-ins and packages, adapters know ports and domain.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { pathNot: '^(adapters|application|domain|node_modules)/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'adapters-know-no-other-adapter',
      comment:
        'One technology a folder; what several need lives in adapters/shared, or in adapters/signed-tokens where it is about those.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)' },
      to: { path: '^adapters/', pathNot: '^adapters/($1|shared|signed-tokens)/' },
    },
    {
      name: 'bootstrap-is-outermost',
      severity: 'error',
      from: { pathNot: '^(bootstrap|tests)/' },
      to: { path: '^bootstrap/' },
    },
    {
      name: 'tests-are-not-shipped',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    {
      name: 'container-in-bootstrap-only',
      comment: 'Everything else takes its dependencies as constructor parameters.',
      severity: 'error',
      from: { pathNot: '^(bootstrap|tests)/' },
      to: { path: container },
    },
    {
      name: 'no-dev-dependency-in-shipped-code',
      comment: 'Types are erased before the code runs, so they may come from @types.',
      severity: 'error',
      from: { path: shipped },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable-import',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Counts type-only imports too: a type from an outer folder is a dependency like any other.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
