import { defineConfig } from 'vitest/config'

// The custom condition makes workspace packages resolve to their TypeScript source: no build before tests.
const conditions = ['@spillway/source', 'node', 'import', 'module', 'default']
// Those of `ssr` are also given to the workers, for `require` too: 'import' there would hand CommonJS code ES modules.
const nodeConditions = ['@spillway/source', 'node', 'default']

// These say what holds in a process in which nobody has ever put options around calls, or listened to all pipelines.
const ALONE = ['packages/core/src/assembly/plugin*.test.ts', 'test/opentelemetry/lifecycle.test.ts']

/** Real processes that wait for real time: beside the others of their kind, and run with what takes minutes. */
const SLOW = 'test/programs/**/*.slow.test.ts'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions: nodeConditions } },
  test: {
    reporters: ['default', './scripts/summary-reporter.ts'],
    restoreMocks: true,
    benchmark: { include: [] },
    // Tests over sockets wait more than they compute.
    maxWorkers: 4,
    // A machine with too much to do is slow to notice that a socket has closed.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['./test/setup/seed.ts'],
          include: ['packages/*/src/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
          exclude: ALONE,
          // For what hangs: a machine with too much to do is slow at everything.
          testTimeout: 30_000,
          // Loading the modules anew for each file took longer than the tests.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', setupFiles: ['./test/setup/seed.ts'], include: ALONE },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          setupFiles: ['./test/setup/seed.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [
            ...ALONE,
            'test/packaging/**',
            'test/slow/**',
            'test/live/**',
            'test/programs/**',
            'test/.snippets/**',
            '**/node_modules/**',
          ],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      // What needs a program beyond npm: skipped where it is not found, except in .ci/run, which fetches it.
      {
        extends: true,
        test: {
          name: 'programs',
          setupFiles: ['./test/setup/seed.ts'],
          include: ['test/programs/**/*.test.ts'],
          exclude: [SLOW],
          testTimeout: 60_000,
        },
      },
      // What needs the built packages: `pnpm check:package` builds first.
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Minutes, not seconds: run by .ci/run, not before every commit.
      {
        extends: true,
        test: {
          name: 'slow',
          setupFiles: ['./test/setup/seed.ts'],
          include: ['test/slow/**/*.test.ts', SLOW],
          testTimeout: 600_000,
        },
      },
      // Asks the real services, where a key for them is in the environment: `pnpm test:live`, never in CI.
      { extends: true, test: { name: 'live', include: ['test/live/**/*.test.ts'], testTimeout: 200_000 } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            include: ['packages/*/src/**/*.test-d.ts'],
            tsconfig: './tsconfig.test.json',
          },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/__fixtures__/**'],
      reporter: ['text', 'json-summary'],
    },
  },
})
