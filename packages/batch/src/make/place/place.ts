import { checkText, checkKnown, InvalidOptionsError, type Pipeline } from '@spillway/core'
import type { BatchItem } from '../../input/item.ts'
import type { MadeImage } from '../make.ts'

/** One request for an item. */
export interface Asking {
  readonly item: BatchItem
  readonly model: string
  /** Sent where the place takes one. */
  readonly idempotencyKey: string | undefined
  readonly signal: AbortSignal
}

/** A place that makes pictures: a provider's API, another key of it, a relay. Sends one request for each time it is asked. */
export interface Place {
  /** Unique among the places of a run; appears in events, results and the journal. */
  readonly name: string
  /** What it calls the model of the run. */
  readonly model: string
  /** Where it is: `relay.example`. For the journal, so that a status page can be told to speak of it. @default not known */
  readonly host?: string
  /** Why it could not make an item as it is asked for, if it could not: told before anything is sent. @default it makes all */
  cannotMake?(item: BatchItem): string | undefined
  ask(asking: Asking): Promise<readonly MadeImage[]>
}

/** What a place sends its requests through: judges each and tells what it used. Tries nothing again. */
export type Sending = Pipeline<Response>

/** Where a place is and how it is entered. */
export interface PlaceOptions {
  /** Appears in events, results and the journal. */
  readonly name: string
  readonly apiKey: string
  /** @default the provider's own */
  readonly baseUrl?: string
  /** What the place calls the model of the run. */
  readonly model: string
}

/** @throws InvalidOptionsError for what no place could be made of; a key is not quoted */
export const checkPlace = (owner: string, options: PlaceOptions, own: readonly string[] = []): void => {
  checkKnown(owner, options, ['name', 'apiKey', 'baseUrl', 'model', ...own])
  const { baseUrl } = options
  for (const field of ['name', 'apiKey', 'model'] as const) checkText(`${owner}.${field}`, options[field])
  if (baseUrl !== undefined && !URL.canParse(baseUrl))
    throw new InvalidOptionsError(`${owner}.baseUrl`, baseUrl, 'an address, such as https://relay.example/v1')
}
