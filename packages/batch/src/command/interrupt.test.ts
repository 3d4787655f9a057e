import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchInterrupts } from './interrupt.ts'

describe('signals', () => {
  afterEach(() => vi.restoreAllMocks())

  const watched = () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const now = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const interrupt = watchInterrupts({ onFirst: () => undefined, onSecond: () => undefined })
    return { exit, interrupt, at: (ms: number): unknown => now.mockReturnValue(ms) }
  }

  it('takes two SIGTERM in one breath for one, as timeout(1) sends them', () => {
    const { exit, interrupt, at } = watched()
    process.emit('SIGTERM', 'SIGTERM')
    at(1099)
    process.emit('SIGTERM', 'SIGTERM')
    expect(interrupt.signal.aborted).toBe(true)
    expect(exit).not.toHaveBeenCalled()
    at(1100)
    process.emit('SIGTERM', 'SIGTERM')
    expect(exit).toHaveBeenCalledExactlyOnceWith(143)
    interrupt.stop()
  })

  it('takes a second Ctrl-C as meant, however soon', () => {
    const { exit, interrupt } = watched()
    process.emit('SIGINT', 'SIGINT')
    expect(exit).not.toHaveBeenCalled()
    process.emit('SIGINT', 'SIGINT')
    expect(exit).toHaveBeenCalledExactlyOnceWith(130)
    interrupt.stop()
  })
})
