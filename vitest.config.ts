import { defineConfig } from 'vitest/config'

/** Every workspace with tests, by the name its results are reported under. */
const projects = {
  core: 'packages/core',
  postgres: 'packages/adapters/postgres',
  mongodb: 'packages/adapters/mongodb',
  mysql: 'packages/adapters/mysql',
  s3: 'packages/adapters/s3',
  'aws-kms': 'packages/adapters/aws-kms',
  'adapter-test-kit': 'packages/adapter-test-kit',
  cli: 'packages/cli',
  'test-servers': 'tests/test-servers',
  'repository-safety': 'tests/repository-safety',
  'end-to-end': 'tests/end-to-end',
  'package-shape': 'tests/package-shape',
  bench: 'bench',
  'migration-guard': 'examples/migration-guard',
  scripts: 'scripts',
}

/**
 * Workspace packages are read from their TypeScript sources, so that no build is needed before a test. `import` is
 * not named: Vitest passes what is named here on to Node, whose `require` would then get ES modules too. Nor is `module`:
 * what the AWS SDK has under it is for bundlers, and Node cannot load it.
 */
const conditions = ['dbsnap:source', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['dbsnap:source'] } },
  test: {
    passWithNoTests: true,
    coverage: {
      provider: 'v8',
      // Under `--project` Vitest matches these against the root of each chosen project, otherwise against this folder.
      include: ['packages/core/src/**/*.ts', 'src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { 'packages/core/src/**/*.ts': { lines: 100, branches: 100 } },
    },
    projects: Object.entries(projects).map(([name, root]) => ({
      extends: true,
      root,
      test: {
        name,
        globalSetup: [`${import.meta.dirname}/tests/test-servers/src/vitest-global-setup.ts`],
        include: ['**/*.test.ts'],
        exclude: ['**/node_modules/**', '**/dist/**'],
        testTimeout: 60_000,
        hookTimeout: 120_000,
        retry: 0,
      },
    })),
  },
})
