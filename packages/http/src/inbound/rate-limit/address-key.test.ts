import { expect, test } from 'vitest'
import { addressKey } from './address-key.ts'

test.for([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:5123', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2ff::1', '2001:db8:1:200:0:0:0:0/56'],
  ['2001:db8:1:2aa:dead:beef:1:2', '2001:db8:1:200:0:0:0:0/56'],
  ['2001:db8:1:300::', '2001:db8:1:300:0:0:0:0/56'],
  ['[2001:db8:1:2ff::1]:443', '2001:db8:1:200:0:0:0:0/56'],
  ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:0/56'],
  ['::1', '0:0:0:0:0:0:0:0/56'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0:0:0:0:0/56'],
  ['not an address', 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
] as const)('%s counts as %s', ([address, key]) => {
  expect(addressKey(address, 56)).toBe(key)
})

test('a whole address counts where somebody wants that', () => {
  expect(addressKey('2001:db8::1', 128)).toBe('2001:db8:0:0:0:0:0:1/128')
  expect(addressKey('2001:db8:ffff::1', 33)).toBe('2001:db8:8000:0:0:0:0:0/33')
})
