#!/usr/bin/env node
// The program of @spillway/batch, under the name that npx looks for.
import manifest from '@spillway/batch/package.json' with { type: 'json' }

await import(new URL(manifest.bin.spillway, import.meta.resolve('@spillway/batch/package.json')).href)
