import { HARD_CASES, OPEN, REASONS } from '../../test/hard-cases/hard-cases.ts'
import { DECIDED, TRAPS } from '../../test/traps/traps.ts'
import type { TaggedTest } from './find-tags.ts'
import type { ProofColumn, ProofPage } from './table.ts'

/** The client that a test is about: named by its path, or in words beside the slug where the path does not say it. */
const isAbout =
  (client: 'openai' | 'gemini') =>
  ({ path, about }: TaggedTest): boolean =>
    about === undefined ? path.includes(client) : about.split(', ').includes(client)

const column = (title: string, client: 'openai' | 'gemini'): ProofColumn => ({
  title,
  takes: isAbout(client),
  reasons: REASONS[client],
  open: OPEN[client],
})

/** Every page of promises and proofs. */
export const PROOF_PAGES: readonly ProofPage[] = [
  {
    word: 'trap',
    page: 'docs/reference/traps.md',
    list: 'test/traps/traps.ts',
    promises: TRAPS,
    columns: [{ title: 'proved by', takes: () => true, reasons: DECIDED }],
  },
  {
    word: 'hard case',
    page: 'docs/reference/hard-cases.md',
    list: 'test/hard-cases/hard-cases.ts',
    promises: HARD_CASES,
    columns: [column('`openai`', 'openai'), column('`@google/genai`', 'gemini')],
  },
]
