import { defineConfig } from 'vitest/config'

// What `pnpm mutation` runs against each change of core: the unit tests of core alone, from the sources.
const conditions = ['@spillway/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['packages/core/src/**/*.test.ts'], setupFiles: ['./test/setup/seed.ts'] },
})
