import { createRandom } from '../random.ts'

/** Neutral words that read like an answer and say nothing. */
const WORDS = (
  'water light river stone quiet morning under bridge slow current carries small boats past green banks while people ' +
  'wait and talk about weather harvest letters music bread old maps new roads distant hills'
).split(' ')

/** Tokens of an answer whose length nobody asked for. */
const USUAL_TOKENS = { least: 24, spread: 56 } as const

/**
 * The answer to a prompt as a list of tokens, one word each: the same for the same prompt and seed.
 * It repeats the prompt's first words, so that a reader sees which prompt it belongs to.
 */
export function composeText(prompt: string, seed = 0, maxTokens?: number): string[] {
  const random = createRandom(`${seed}\n${prompt}`)
  const length = USUAL_TOKENS.least + Math.floor(random.next() * USUAL_TOKENS.spread)
  const heading = prompt.trim().split(/\s+/u).slice(0, 8).join(' ').slice(0, 80)
  const tokens = `About "${heading}":`.split(' ')
  let startsSentence = true
  while (tokens.length < length) {
    const word = WORDS[Math.floor(random.next() * WORDS.length)] ?? 'water'
    const endsSentence: boolean = tokens.length === length - 1 || (!startsSentence && random.next() < 0.12)
    tokens.push((startsSentence ? word[0]!.toUpperCase() + word.slice(1) : word) + (endsSentence ? '.' : ''))
    startsSentence = endsSentence
  }
  return spaced(tokens.slice(0, Math.max(1, Math.min(tokens.length, maxTokens ?? Infinity))))
}

/** Gives back a text in the same kind of tokens. */
export function splitText(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [text]
}

const spaced = (words: readonly string[]): string[] => words.map((word, index) => (index === 0 ? word : ` ${word}`))
