import { visit } from './visit.ts'

for await (const line of visit()) console.log(line)
