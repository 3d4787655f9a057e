// Three providers behind one server: Gemini's own API, a relay that speaks OpenAI's, a cheaper model.
import { GoogleGenAI } from '@google/genai'
import { openAccount, type Account, type Target } from '@spillway/core'
import { imagesOf, resilient as resilientGemini, type StandardChoice } from '@spillway/gemini'
import { resilient as resilientOpenAI } from '@spillway/openai'
import { createSimulator, type ScriptedReply, type Simulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { onTestFinished } from 'vitest'
import { QUICK } from './gemini-world.ts'

export const PRO = 'gemini-3-pro-image'
export const RELAYED = 'gpt-image-1'
export const LITE = 'gemini-3.1-flash-lite-image'
export const prices = { [PRO]: { perImage: 0.134 }, [RELAYED]: { perImage: 0.08 }, [LITE]: { perImage: 0.034 } }
export const prompt = 'A red kite'

export interface World {
  readonly simulator: Simulator
  readonly gemini: GoogleGenAI
  readonly relay: OpenAI
  readonly targets: {
    readonly primary: Target<'gemini', Uint8Array | undefined>
    readonly fallbacks: readonly [Target<'relay', Uint8Array>, Target<'lite', Uint8Array | undefined>]
  }
}

/** Three providers behind one server; 30 s of the model are 30 ms. */
export const world = async (
  google: readonly ScriptedReply[],
  relayed: readonly ScriptedReply[] = [],
  options: StandardChoice = {},
): Promise<World> => {
  const endpoints = { google: { replies: google }, relay: { replies: relayed }, lite: {} }
  const simulator = createSimulator({ endpoints, imageSizePx: 64 }, { timeScale: 1000 })
  onTestFinished(() => simulator.close())
  const { url } = await simulator.listen()
  const own = { retry: { ...QUICK, maxAttempts: 3 } }
  const geminiAt = (name: string, more: StandardChoice = {}): GoogleGenAI =>
    resilientGemini(new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: `${url}/e/${name}` } }), {
      ...own,
      ...more,
    })
  const gemini = geminiAt('google', options)
  const lite = geminiAt('lite')
  const relay = resilientOpenAI(new OpenAI({ apiKey: 'key', baseURL: `${url}/e/relay/v1` }), own)

  const drawWith = (client: GoogleGenAI, model: string) => async (): Promise<Uint8Array | undefined> => {
    const response = await client.models.generateContent({ model, contents: prompt })
    return imagesOf(response)[0]?.bytes
  }
  const drawAtRelay = async (): Promise<Uint8Array> => {
    const { data } = await relay.images.generate({ model: RELAYED, prompt })
    return Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
  }
  return {
    simulator,
    gemini,
    relay,
    targets: {
      primary: { name: 'gemini', model: PRO, operation: drawWith(gemini, PRO) },
      fallbacks: [
        { name: 'relay', model: RELAYED, operation: drawAtRelay },
        { name: 'lite', model: LITE, operation: drawWith(lite, LITE) },
      ],
    },
  }
}

/** Requests by provider, as each of them has counted. */
export const asked = (simulator: Simulator): Record<string, number> => {
  const { endpoints } = simulator.counters()
  return Object.fromEntries(['google', 'relay', 'lite'].map((name) => [name, endpoints[name]?.requests ?? 0]))
}

export const account = (maxCost = Infinity): Account => openAccount({ prices, maxCost })
export const expectedUsage = { images: 1 }
export const busy = (times: number): ScriptedReply => ({ fault: 'overloaded', times })
