// Who may import whom. `pnpm check:arrows` reports every import that goes against an arrow of ARCHITECTURE.md;
// test/packaging/arrows.test.ts proves that each rule here fires.

import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser'

const tests = String.raw`\.(test|test-d|bench)\.ts$|/__fixtures__/`
const core = '^packages/core/src/'
const entries = '[^/]+/(src/(index|testing|inbound)[.]ts|package[.]json)$'

/** A package may import only the listed packages of ours; its tests may also use the listed ones. */
const packageRules = (name: string, allowed: string[], inTests: string[]): IForbiddenRuleType[] => {
  const rule = (names: string[]) => ({
    comment: `@spillway/${name} may import ${names.map((n) => `@spillway/${n}`).join(', ') || 'no package of ours'}`,
    severity: 'error' as const,
    to: { path: '^packages/', pathNot: `^packages/(${[name, ...names].join('|')})/` },
  })
  return [
    { name: `package-${name}`, ...rule(allowed), from: { path: `^packages/${name}/`, pathNot: tests } },
    {
      name: `package-${name}-tests`,
      ...rule([...allowed, ...inTests]),
      from: { path: `^packages/${name}/.*(${tests})` },
    },
  ]
}

/** A layer of core may import only the listed folders of core. */
const layerRule = (layer: string, allowed: string[], comment: string): IForbiddenRuleType => ({
  name: `core-${layer.replace('/', '')}`,
  comment,
  severity: 'error',
  from: { path: `${core}${layer}`, pathNot: tests },
  to: { path: core, pathNot: `${core}(${allowed.join('|')})` },
})

export const forbidden: IForbiddenRuleType[] = [
  ...packageRules('core', [], []),
  ...packageRules('simulator', [], []),
  ...packageRules('http', ['core'], ['simulator']),
  ...packageRules('openai', ['core', 'http'], ['simulator']),
  ...packageRules('gemini', ['core', 'http'], ['simulator']),
  ...packageRules('express', ['core', 'http'], ['simulator']),
  ...packageRules('koa', ['core', 'http'], ['simulator']),
  ...packageRules('rxjs', ['core'], ['simulator']),
  ...packageRules('opentelemetry', ['core'], ['simulator']),
  ...packageRules('redis', ['core'], ['http', 'simulator']),
  ...packageRules('monitor', ['core'], ['simulator']),
  ...packageRules('batch', ['core', 'http', 'openai', 'gemini', 'monitor', 'simulator'], []),
  ...packageRules('bullmq', ['batch', 'core', 'redis'], ['simulator']),
  ...packageRules('spillway', ['batch'], []),
  {
    name: 'public-entry-points',
    comment: 'packages import each other only through what package.json exports',
    severity: 'error',
    from: { path: '^packages/([^/]+)/' },
    to: { path: '^packages/', pathNot: `^packages/($1/|${entries})` },
  },
  {
    name: 'public-entry-points-outside',
    comment: 'examples, docs and test import packages only through what package.json exports',
    severity: 'error',
    from: { path: '^(examples|docs|test)/' },
    to: { path: '^packages/', pathNot: `^packages/${entries}` },
  },
  {
    name: 'packages-by-name',
    comment: 'another package is imported by its name, never by a path',
    severity: 'error',
    from: { path: '^packages/([^/]+)/' },
    to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
  },
  {
    name: 'packages-by-name-outside',
    comment: 'a package is imported by its name, never by a path',
    severity: 'error',
    from: { path: '^(examples|docs|test)/' },
    to: { path: '^packages/', dependencyTypes: ['local'] },
  },
  {
    name: 'nothing-imports-the-rest',
    comment: 'nothing imports examples, docs or test',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '^(examples|docs|test)/' },
  },
  layerRule('kernel/', ['kernel/'], 'the kernel imports nothing of ours'),
  layerRule('primitives/', ['primitives/', 'kernel/'], 'primitives know the kernel and no policy'),
  layerRule('policies/', ['policies/', 'primitives/', 'kernel/'], 'policies use primitives and the kernel'),
  layerRule('assembly/', ['assembly/', 'policies/', 'primitives/', 'kernel/'], 'only index.ts stands above assembly'),
  layerRule(
    'testing/',
    ['testing/', 'assembly/', 'policies/', 'primitives/', 'kernel/'],
    'the testing kit does not go through index.ts',
  ),
  {
    name: 'core-no-sibling-policy',
    comment: 'no policy knows another: what two policies share belongs in primitives or the kernel',
    severity: 'error',
    from: { path: `${core}policies/([^/]+)/`, pathNot: tests },
    to: { path: `${core}policies/`, pathNot: `${core}policies/$1/` },
  },
  {
    name: 'cockatiel-in-core',
    comment: 'cockatiel stays behind core; the integration tests may compare with it',
    severity: 'error',
    from: { path: '^(packages|examples)/', pathNot: '^packages/core/' },
    to: { path: '(^|/)node_modules/cockatiel/|^cockatiel$' },
  },
  {
    name: 'rxjs-in-rxjs',
    comment: 'RxJS stays in @spillway/rxjs, so that core loads without it',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/rxjs/' },
    to: { path: '(^|/)node_modules/rxjs/|^rxjs(/|$)' },
  },
  {
    name: 'opentelemetry-in-opentelemetry',
    comment: 'OpenTelemetry stays in @spillway/opentelemetry, and there it is the API alone',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '(^|/)node_modules/@opentelemetry/|^@opentelemetry/', pathNot: '@opentelemetry/api(/|$)' },
  },
  {
    name: 'opentelemetry-api-in-opentelemetry',
    comment: 'only @spillway/opentelemetry knows the OpenTelemetry API',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/opentelemetry/' },
    to: { path: '(^|/)node_modules/@opentelemetry/api/|^@opentelemetry/api(/|$)' },
  },
  {
    name: 'no-cycles',
    // types may speak of each other within a folder; between layers and packages the rules above forbid it for types too
    comment: 'no import cycles at run time',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'resolvable',
    comment: 'an import that resolves to nothing: not exported, not declared in package.json or misspelt',
    severity: 'error',
    from: { pathNot: '^test/[.]snippets/' },
    to: { couldNotResolve: true },
  },
]

export const options: ICruiseOptions = {
  parser: 'swc',
  doNotFollow: { path: 'node_modules' },
  exclude: { path: '(^|/)dist/|^test/[.]snippets/|^examples/[^/]+/out/' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['@spillway/source', 'node', 'import', 'default'],
    extensions: ['.ts', '.mjs', '.js', '.json'],
  },
}
