import { afternoon } from './afternoon.ts'

await afternoon((line) => console.log(line))
