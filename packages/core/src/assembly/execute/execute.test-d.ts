import { expectTypeOf, test } from 'vitest'
import { execute, openAccount, type Account, type Answer, type Target } from '../../index.ts'

interface Drawn {
  readonly bytes: Uint8Array
}

test('an answer is a union that its target tells apart', async () => {
  const answer = await execute({
    primary: { name: 'gemini', operation: async ({ signal }) => ({ bytes: new Uint8Array(signal.aborted ? 0 : 1) }) },
    fallbacks: [
      { name: 'relay', operation: async () => 'https://relay.example/kite.png', model: 'gpt-image' },
      {
        name: 'cheap',
        operation: async () => 7 as const,
        shouldHandle: ({ verdict }) => verdict.kind === 'overloaded',
      },
    ],
  })
  expectTypeOf(answer.target).toEqualTypeOf<'gemini' | 'relay' | 'cheap'>()
  expectTypeOf(answer.value).toEqualTypeOf<{ bytes: Uint8Array<ArrayBuffer> } | string | 7>()
  if (answer.target === 'gemini') expectTypeOf(answer.value).toEqualTypeOf<{ bytes: Uint8Array<ArrayBuffer> }>()
  if (answer.target === 'relay') expectTypeOf(answer.value).toEqualTypeOf<string>()
  expectTypeOf(answer.account).toEqualTypeOf<Account>()
})

test('one target is enough', async () => {
  const answer = await execute({ primary: { name: 'only', operation: async () => true }, account: openAccount() })
  expectTypeOf(answer).toEqualTypeOf<Answer<{ readonly name: 'only'; readonly operation: () => Promise<boolean> }>>()
  expectTypeOf(answer.value).toEqualTypeOf<boolean>()
})

test('targets that were made elsewhere keep their type', async () => {
  const targets: readonly Target<string, Drawn>[] = []
  const primary: Target<'gemini', Drawn> = { name: 'gemini', operation: async () => ({ bytes: new Uint8Array() }) }
  const answer = await execute({ primary, fallbacks: targets })
  expectTypeOf(answer.value).toEqualTypeOf<Drawn>()
  expectTypeOf(answer.target).toEqualTypeOf<string>()
})

test('what is no target, or no option, is refused', () => {
  // @ts-expect-error a target has an operation
  void execute({ primary: { name: 'a' } })
  // @ts-expect-error prices belong to the account
  void execute({ primary: { name: 'a', operation: async () => 1 }, prices: {} })
})
