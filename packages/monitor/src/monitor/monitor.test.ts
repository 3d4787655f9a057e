import {
  accounting,
  circuitBreaker,
  ConsecutiveBreaker,
  learnedLoadProfile,
  pipeline,
  requestedModel,
} from '@spillway/core'
import { settle, VirtualClock } from '@spillway/core/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { incident } from '../__fixtures__/incident.ts'
import {
  monitor,
  statusFeed,
  type Monitor,
  type MonitorEvent,
  type MonitorOptions,
  type StatusLevel,
} from '../index.ts'

const MINUTE = 60_000

const started = (options: MonitorOptions): { readonly watch: Monitor; readonly events: MonitorEvent[] } => {
  const watch = monitor(options)
  onTestFinished(() => watch.dispose())
  const events: MonitorEvent[] = []
  watch.events.subscribe((event) => events.push(event))
  return { watch, events }
}

const told = (events: readonly MonitorEvent[], ...types: MonitorEvent['type'][]) =>
  events.filter(({ type }) => types.includes(type)).map(({ at, ...event }) => ({ ...event, minute: at / MINUTE }))

describe('an afternoon in which the page stays green', () => {
  test('is told: what the calls see, that the page says otherwise, and that it is over', async () => {
    const clock = new VirtualClock()
    const { calls, minutes } = incident(clock, [
      { fromMs: 20 * MINUTE, refuseRatio: 0.7 },
      { fromMs: 40 * MINUTE, refuseRatio: 0 },
    ])
    const notices: string[] = []
    const { watch, events } = started({
      name: 'watch',
      pipelines: [calls],
      feeds: [statusFeed('google-cloud', async () => 'operational')],
      alerts: { sinks: [({ text }) => void notices.push(text)] },
      clock,
      random: () => 0.5,
    })
    await minutes(29)
    expect(watch.health()).toMatchObject({
      endpoints: [{ endpoint: 'official', model: 'painter', level: 'overloaded' }],
      feeds: [{ feed: 'google-cloud', level: 'operational' }],
      disagreements: [{ feed: 'google-cloud', worse: 'calls' }],
      pipelines: [{ pipeline: 'images' }],
    })
    expect(watch.health().disagreements[0]?.sentence).toMatch(
      /^google-cloud says operational; \d\d % of our attempts at official, painter were refused for [78] minutes$/,
    )
    await minutes(31)
    expect(told(events, 'health.changed').map((each) => (each as { to: string }).to)).toEqual([
      'healthy',
      'degraded',
      'overloaded',
      'degraded',
      'healthy',
    ])
    const changes = told(events, 'disagreement.found', 'disagreement.ended', 'alert.fired', 'alert.resolved')
    expect(changes.map((each) => `${each.type} ${'rule' in each ? each.rule : ''}`.trim())).toEqual([
      'disagreement.found',
      'alert.fired status-disagrees',
      'alert.fired overload',
      'disagreement.ended',
      'alert.resolved overload',
      'alert.resolved status-disagrees',
    ])
    const [found] = changes
    expect(found?.minute).toBeGreaterThan(25)
    expect(found?.minute).toBeLessThan(28)
    await watch.idle()
    expect(notices).toHaveLength(4)
    expect(notices[0]).toMatch(/^watch: warning: google-cloud says operational; \d\d % .* \[status-disagrees\]$/)
    expect(notices.at(-1)).toMatch(
      /^watch: resolved after \d+ minutes: google-cloud: official, painter \[status-disagrees\]$/,
    )
    expect(watch.health()).toMatchObject({ disagreements: [], alerts: [] })
  })

  test('and one in which the page says down and calls are answered is told too', async () => {
    const clock = new VirtualClock()
    const { calls, minutes } = incident(clock)
    const { watch, events } = started({ pipelines: [calls], feeds: [statusFeed('page', async () => 'down')], clock })
    await minutes(20)
    expect(watch.health().endpoints).toMatchObject([{ level: 'healthy', caution: true }])
    expect(told(events, 'disagreement.found')).toMatchObject([{ worse: 'page' }])
  })
})

describe('a feed', () => {
  test('that warns lowers thresholds, for what it speaks of, and makes nobody ill alone', async () => {
    const clock = new VirtualClock()
    let level: StatusLevel = 'operational'
    const { calls, minutes } = incident(clock, [{ fromMs: 30 * MINUTE, refuseRatio: 0.07 }])
    const feed = statusFeed('page', async () => level)
    const { watch, events } = started({
      pipelines: [calls],
      feeds: [{ feed, models: ['painter'] }],
      health: { windowMs: 20 * MINUTE },
      clock,
    })
    await minutes(20)
    level = 'degraded'
    await minutes(10)
    expect(watch.health().endpoints).toMatchObject([{ level: 'healthy', caution: true }])
    expect([
      watch.cautious({ endpoint: 'official', model: 'painter' }),
      watch.cautious({ endpoint: 'official' }),
    ]).toEqual([true, false])
    await minutes(30)
    const [health] = watch.health().endpoints
    expect(health?.level).toBe('degraded')
    expect(health?.successRatio).toBeGreaterThan(0.9)
    expect(told(events, 'feed.changed')).toMatchObject([
      { from: 'unknown', to: 'operational' },
      { from: 'operational', to: 'degraded' },
    ])
  })

  test('that fails is unknown and warns of nothing; one that hangs stops nobody', async () => {
    const clock = new VirtualClock()
    let broken = false
    const { calls, minutes } = incident(clock)
    const page = statusFeed('page', async () => {
      if (broken) throw new RangeError('secret')
      return 'down'
    })
    const deaf = statusFeed('deaf', () => new Promise(() => {}))
    const { watch, events } = started({ pipelines: [calls], feeds: [page, deaf], clock })
    await minutes(3)
    expect(watch.cautious({ endpoint: 'official' })).toBe(true)
    broken = true
    await minutes(4)
    expect(watch.health().feeds).toMatchObject([
      { level: 'unknown', errorName: 'RangeError' },
      { feed: 'deaf', level: 'unknown' },
    ])
    expect(watch.cautious({ endpoint: 'official' })).toBe(false)
    expect(JSON.stringify([events, watch.health()])).not.toContain('secret')
  })
})

describe('a monitor', () => {
  test('without pipelines watches all, also those made later, and keeps to what it was given otherwise', async () => {
    const [given, other] = [pipeline([], { name: 'given' }), pipeline([], { name: 'other' })]
    const { watch: all } = started({})
    const { watch: one } = started({ pipelines: [given] })
    const later = pipeline([], { name: 'later' })
    for (const each of [given, other, later]) await each.execute(async () => 1)
    const seen = (watch: Monitor) => watch.health().endpoints.map(({ endpoint }) => endpoint)
    expect(seen(all)).toEqual(expect.arrayContaining(['given', 'other', 'later']))
    expect(seen(one)).toEqual(['given'])
    expect(one.health().pipelines.map((each) => each.pipeline)).toEqual(['given'])
  })

  test('that was disposed of hears, polls, tells and holds nothing any more', async () => {
    const clock = new VirtualClock()
    const { calls, minutes } = incident(clock)
    let polls = 0
    const feed = statusFeed('page', async () => {
      polls++
      return 'operational'
    })
    const watch = monitor({ pipelines: [calls], feeds: [feed], clock })
    let completed = false
    watch.events.subscribe({ complete: () => (completed = true) })
    await minutes(5)
    expect(clock.pending).toBeLessThanOrEqual(4)
    const [before, polled] = [watch.health().endpoints[0]?.observedAt, polls]
    watch.dispose()
    watch.dispose()
    await minutes(20)
    expect(completed).toBe(true)
    expect(polls).toBe(polled)
    expect(watch.health().endpoints[0]?.observedAt).toBe(before)
  })

  test('counts what attempts of the last hour cost, once each', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([accounting({ prices: { painter: { perImage: 0.04 } } })], { clock })
    const { watch } = started({ pipelines: [calls], clock })
    const values = [[requestedModel, 'painter'] as const]
    for (let i = 0; i < 3; i++) {
      await calls.execute(
        async (context) => {
          context.providerSaid({ usage: { images: 2 } })
          return 1
        },
        { values },
      )
      await clock.advance(20 * MINUTE)
    }
    expect(watch.health().costLastHour).toBeCloseTo(0.16, 10)
  })

  test('reads policies, and says which one cannot be read', async () => {
    const circuit = circuitBreaker({ breaker: () => new ConsecutiveBreaker(1) })
    const calls = pipeline([
      circuit,
      {
        name: 'broken',
        enter: () => undefined,
        leave: () => {},
        snapshot: () => {
          throw new RangeError('secret')
        },
      },
    ])
    const { watch, events } = started({ pipelines: [calls] })
    await calls.execute(async () => 1)
    expect(watch.health().pipelines).toEqual([])
    expect(told(events, 'diagnostic.reported')).toMatchObject([
      { source: 'state of pipeline', errorName: 'RangeError' },
    ])
  })

  test('tells of a listener that throws, and of a rule that does, and goes on', async () => {
    const clock = new VirtualClock()
    const { calls, minutes } = incident(clock)
    const broken = {
      name: 'broken',
      find: () => {
        throw new RangeError('secret')
      },
    }
    const odd = { name: 'odd', find: () => ({ subject: 1 }) as never }
    const { watch, events } = started({ pipelines: [calls], clock, alerts: { rules: [broken, odd] } })
    watch.events.subscribe(() => {
      throw new TypeError('secret')
    })
    await minutes(2)
    await settle()
    const sources = told(events, 'diagnostic.reported').map((each) => JSON.stringify(each))
    expect(sources.join()).toMatch(/rule broken.*RangeError.*rule odd.*TypeError/)
    expect(sources.join()).toContain('"source":"listener"')
    expect(sources.join()).not.toContain('secret')
  })

  test('teaches a profile from all calls, and hands out one that only reads', async () => {
    const clock = new VirtualClock()
    const { calls, minutes } = incident(clock, [{ fromMs: 0, refuseRatio: 0.9 }])
    const profile = learnedLoadProfile()
    const { watch } = started({ pipelines: [calls], profile, clock })
    expect(watch.profile?.levelAt(clock.wallTime())).toBe('low')
    await minutes(30)
    expect(watch.profile?.levelAt(clock.wallTime())).toBe('peak')
    expect(watch.profile).not.toHaveProperty('record')
    expect(profile.snapshot().hours[0]?.calls).toBeGreaterThan(290)
  })
})

test.each<[MonitorOptions, string]>([
  [{ everyMs: 99 }, 'monitor.everyMs'],
  [{ feedsEveryMs: 59_999 }, 'monitor.feedsEveryMs'],
  [{ feedTimeoutMs: 0 }, 'monitor.feedTimeoutMs'],
  [{ disagreeAfterMs: -1 }, 'monitor.disagreeAfterMs'],
  [{ name: 1 as never }, 'monitor.name'],
  [{ pipelines: [{} as never] }, 'monitor.pipelines[0]'],
  [{ pipelines: {} as never }, 'monitor.pipelines'],
  [{ feeds: [{ feed: {} as never }] }, 'monitor.feeds[0].feed'],
  [{ feeds: [{ feed: statusFeed('a', async () => 'down'), endpoints: 'a' as never }] }, 'monitor.feeds[0].endpoints'],
  [{ feeds: [statusFeed('a', async () => 'down'), statusFeed('a', async () => 'down')] }, 'monitor.feeds[1].name'],
  [{ profile: {} as never }, 'monitor.profile'],
  [{ profile: 'load.json' as never }, 'monitor.profile'],
  [{ profile: null as never }, 'monitor.profile'],
  [{ clock: {} as never }, 'monitor.clock'],
  [{ health: { holdMs: -1 } }, 'monitor.health.holdMs'],
  [{ alerts: { rules: [{ name: 'a' } as never] } }, 'monitor.alerts.rules[0]'],
  [{ alerts: { rules: [{ name: 'a', find: () => undefined, forMs: -1 }] } }, 'monitor.alerts.rules[0].forMs'],
  [
    {
      alerts: {
        rules: [
          { name: 'a', find: () => undefined },
          { name: 'a', find: () => undefined },
        ],
      },
    },
    'monitor.alerts.rules[1].name',
  ],
  [{ alerts: { sinks: [{} as never] } }, 'monitor.alerts.sinks[0]'],
  [{ alerts: { maxNotices: 0 } }, 'monitor.alerts.maxNotices'],
  [{ interval: 5 } as never, 'monitor.interval'],
])('%o cannot be', (options, option) => {
  expect(() => monitor(options)).toThrow(option)
})
